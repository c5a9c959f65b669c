import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Admitted } from "../../admission/admit.ts";
import { type Compiler, createCompiler } from "../../operation/compiler.ts";
import { overridesJson } from "../../operation/override-config.ts";
import { anonymous, citizen, loadWatched, type WatchedSupergraph } from "./planners.ts";
import { composeSdl } from "./supergraphs.ts";

const movingSdl = composeSdl({
  old: `
    type Query { home: Home named: Named }
    interface Named { label: String }
    type Home implements Named @key(fields: "id") { id: ID! label: String size: Int colour: String age: Int }
  `,
  modern: `
    type Home @key(fields: "id") {
      id: ID!
      label: String @override(from: "old", label: "percent(30)")
      size: Int @override(from: "old", label: "trial")
      colour: String @override(from: "old", label: "percent(0)")
    }
  `,
});

let supergraph: WatchedSupergraph;
let compiler: Compiler;
const trials = new Set<Admitted>();
beforeAll(async () => {
  supergraph = await loadWatched(movingSdl);
});
afterAll(() => supergraph.planner.close());
beforeEach(() => {
  supergraph.asked.length = 0;
  trials.clear();
  compiler = createCompiler(supergraph, {
    overrideRule: (label, admitted) => label === "trial" && trials.has(admitted),
  });
});

/** Whether the new subgraph is asked for a selection on behalf of somebody. */
async function isNew(query: string, admitted: Admitted): Promise<boolean> {
  const { plan } = await compiler.compile({ query, operationName: undefined, readOnly: false }).planned(admitted);
  return JSON.stringify(plan).includes('"serviceName":"modern"');
}

async function share(query: string, subjects: readonly Admitted[]): Promise<number> {
  const decisions = await Promise.all(subjects.map((admitted) => isNew(query, admitted)));
  return decisions.filter(Boolean).length / subjects.length;
}

const many = Array.from({ length: 2_000 }, (_, i) => citizen(`citizen ${i}`));

describe("a field that moves to another subgraph by percentage", () => {
  it("is taken from there for that share of the citizens", async () => {
    expect(await share("{ home { label } }", many)).toBeCloseTo(0.3, 1);
    expect(await share("{ home { colour } }", many)).toBe(0);
  });

  it("is taken from the same place for a citizen whatever she asks and through whatever client", async () => {
    for (const admitted of many.slice(0, 100)) {
      const first = await isNew("{ home { label } }", admitted);
      const again = citizen(admitted.kind === "signed in" ? admitted.caller.subject : "", "another client");
      expect(await isNew("{ home { age label } }", again)).toBe(first);
      expect(await isNew("{ named { ... on Home { label } } }", again)).toBe(first);
    }
  });

  it("is decided for each request of nobody", async () => {
    const decisions = new Set<boolean>();
    for (let i = 0; i < 200; i++) decisions.add(await isNew("{ home { label } }", anonymous));
    expect(decisions).toEqual(new Set([true, false]));
  });

  it("is found behind an interface", async () => {
    expect(await share("{ named { label } }", many)).toBeCloseTo(0.3, 1);
  });
});

describe("a field that moves by a rule", () => {
  it("is taken from the new subgraph for those whom the rule names, and no one else", async () => {
    const [chosen = anonymous, other = anonymous] = many;
    trials.add(chosen);
    expect(await isNew("{ home { size } }", chosen)).toBe(true);
    expect(await isNew("{ home { size } }", other)).toBe(false);
  });

  it("stays where it is when there is no rule", async () => {
    compiler = createCompiler(supergraph);
    expect(await share("{ home { size } }", many.slice(0, 10))).toBe(0);
  });
});

describe("rules as configuration", () => {
  it("turn a label on for clients, and for a share of the citizens of all others", async () => {
    const text = '{"trial": {"clients": ["pilot"], "percent": 20}, "percent(0)": {"percent": 100}}';
    compiler = createCompiler(supergraph, { overrideRule: overridesJson.parse(text) });
    const pilots = many.slice(0, 100).map((_, i) => citizen(`citizen ${i}`, "pilot"));
    expect(await share("{ home { size } }", pilots)).toBe(1);
    expect(await share("{ home { size } }", many)).toBeCloseTo(0.2, 1);
    expect(await share("{ home { colour } }", many.slice(0, 100))).toBe(0);
  });

  it.each(["", "[]", '{"trial": 5}', '{"trial": {"percent": 101}}', '{"trial": {"share": 1}}'])(
    "are refused when they cannot be read: %s",
    (text) => {
      expect(overridesJson.safeParse(text).success).toBe(false);
    },
  );
});

describe("plans", () => {
  it("are made once for each way in which the labels fall, not for each citizen", async () => {
    await share("{ home { label size } }", many);
    expect(supergraph.asked.map(({ overrides }) => Object.fromEntries(overrides))).toEqual(
      expect.arrayContaining([
        { "percent(30)": false, trial: false },
        { "percent(30)": true, trial: false },
      ]),
    );
    expect(supergraph.asked).toHaveLength(2);
  });

  it("do not depend on labels that their operation does not touch", async () => {
    await share("{ home { age } }", many);
    expect(supergraph.asked.map(({ overrides }) => overrides.size)).toEqual([0]);
  });

  it("are made ahead for both ways", async () => {
    await compiler.warm("{ home { size } }");
    expect(supergraph.asked.map(({ overrides }) => overrides.get("trial"))).toEqual([false, true]);
  });
});
