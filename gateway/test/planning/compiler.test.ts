import fc from "fast-check";
import { GraphQLError, Lexer, Source, stripIgnoredCharacters, TokenKind } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RequestRefused } from "../../answer.ts";
import { type Compiler, createCompiler } from "../../operation/compiler.ts";
import type { Planner } from "../../planning/planner.ts";
import { anonymous, loadWatched, type WatchedSupergraph } from "./planners.ts";
import { lettersSdl } from "./supergraphs.ts";

let supergraph: WatchedSupergraph;
let compiler: Compiler;
beforeAll(async () => {
  supergraph = await loadWatched(lettersSdl);
});
afterAll(() => supergraph.planner.close());
beforeEach(() => {
  supergraph.asked.length = 0;
  compiler = createCompiler(supergraph);
});

function compile(query: string, operationName?: string) {
  return compiler.compile({ query, operationName, readOnly: false });
}

const ignored = fc.constantFrom(" ", "\n", ",", "\t", " # a word\n", "\r\n", "\uFEFF ");

/** The document with other white space, commas and comments between its tokens. */
function reformat(document: string, between: readonly string[]): string {
  const lexer = new Lexer(new Source(stripIgnoredCharacters(document)));
  const texts: string[] = [];
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    texts.push(lexer.source.body.slice(token.start, token.end), between[texts.length % between.length] ?? " ");
  }
  return texts.join(" ");
}

const fragments = [
  "fragment Whom on Person { id name }",
  "fragment Said on Letter { text to { ...Whom } }",
  "fragment All on Person { friends { ...Whom } letters { ...Said } }",
];

/** A selection of fields of a person, as a value that can be compared. */
const selection = fc.array(
  fc.record({
    alias: fc.constantFrom("", "a: ", "b: "),
    field: fc.constantFrom("id", "name", "friends { id }", "friends { name }", "letters { id text }", "__typename"),
    condition: fc.constantFrom("", " @include(if: true)", " @skip(if: false)"),
  }),
  { minLength: 1, maxLength: 4 },
);
const operation = fc.record({
  name: fc.constantFrom("", "One", "Two"),
  id: fc.constantFrom('"1"', '"2"', "1", '"""1"""'),
  selection,
});

function write({ name, id, selection }: typeof operation extends fc.Arbitrary<infer T> ? T : never): string {
  const fields = selection.map(({ alias, field, condition }, i) => {
    const [first = "", ...rest] = field.split(" ");
    return [`${alias === "" ? "" : `${alias.slice(0, 1)}${i}: `}${first}${condition}`, ...rest].join(" ");
  });
  return `query ${name} { person(id: ${id}) { ${fields.join(" ")} } }`;
}

describe("documents that differ only in formatting and in the order of fragments", () => {
  it("share one operation and one plan", async () => {
    const first = compile(`query Q { person(id: "1") { ...All } } ${fragments.join(" ")}`);
    await first.planned(anonymous);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...fragments], { minLength: 3 }),
        fc.array(ignored, { minLength: 1 }),
        fc.nat(3),
        async (order, between, place) => {
          const definitions = [...order];
          definitions.splice(place, 0, 'query Q { person(id: "1") { ...All } }');
          const other = compile(reformat(definitions.join(" "), between));
          expect(other).toBe(first);
          await other.planned(anonymous);
        },
      ),
    );
    expect(supergraph.asked).toHaveLength(1);
  });
});

describe("documents that differ in anything else", () => {
  it("never share an operation", () => {
    fc.assert(
      fc.property(operation, operation, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b) || write(a) === write(b);
        expect(compile(write(a)) === compile(write(b))).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  it("are told apart by the operation that is named in them", () => {
    const both = "query A { people { id } } query B { people { name } }";
    expect(compile(both, "A").text).toContain("id");
    expect(compile(both, "B").text).toContain("name");
    expect(compile(both, "A")).toBe(compile("query A { people { id } }"));
  });

  it("are refused for what stands beside a good operation", () => {
    compile("query A { people { id } }");
    const faults = ["query B { nobody }", "fragment F on Person { id }", "query A { people { name } }", "scalar S"];
    for (const fault of faults) {
      expect(() => compile(`query A { people { id } } ${fault}`, "A")).toThrow(RequestRefused);
    }
  });
});

describe("@defer", () => {
  it.each([
    [
      "at the root of a mutation",
      'mutation { ... @defer { rename(id: "1", name: "x") { id } } }',
      "root of a mutation",
    ],
    [
      "at the root of a mutation, in a fragment",
      'mutation { ...F @defer } fragment F on Mutation { rename(id: "1", name: "x") { id } }',
      "root of a mutation",
    ],
    ["in a subscription", "subscription { told { ... @defer { id } } }", "in a subscription"],
    [
      "in a fragment of a subscription",
      "subscription { told { ...F } } fragment F on Person { ... @defer { name } }",
      "in a subscription",
    ],
    [
      "with the label of another",
      '{ people { ... @defer(label: "a") { id } ... @defer(label: "a") { name } } }',
      "two parts",
    ],
    ["with a label from a variable", "query($l: String) { people { ... @defer(label: $l) { id } } }", "written out"],
  ])("is refused %s", (_where, query, message) => {
    expect(() => compile(query)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ message: expect.stringContaining(message) })] }),
    );
  });

  it.each([
    '{ people { ... @defer(label: "a") { id } ... @defer(label: "b") { name } ... @defer { id } } }',
    'mutation { rename(id: "1", name: "x") { ... @defer { name } } }',
  ])("is planned in %s", async (query) => {
    expect((await compile(query).planned(anonymous)).plan.kind).toBe("QueryPlan");
  });
});

describe("the plan of an operation", () => {
  it("is made once, however many wait for it", async () => {
    const plans = await Promise.all(
      Array.from({ length: 50 }, () => compile("{ people { letters { text } } }").planned(anonymous)),
    );
    expect(new Set(plans).size).toBe(1);
    expect(supergraph.asked).toHaveLength(1);
  });

  it("is tried again after a failure, and a refusal is the caller's", async () => {
    const failures = [new Error("the thread died"), new GraphQLError("too wide")];
    const planner: Planner = {
      plan: (request) => {
        const failure = failures.shift();
        return failure ? Promise.reject(failure) : supergraph.planner.plan(request);
      },
      close: async () => {},
    };
    compiler = createCompiler({ ...supergraph, planner });
    const operation = compile("{ people { id } }");
    await expect(operation.planned(anonymous)).rejects.toThrow("the thread died");
    await expect(operation.planned(anonymous)).rejects.toThrow(RequestRefused);
    expect((await operation.planned(anonymous)).plan.kind).toBe("QueryPlan");
  });
});

describe("the operations that are kept", () => {
  it("are bounded: those asked longest ago go first", () => {
    const first = compile("{ people(first: 0) { id } }");
    const busy = compile("{ people { id } }");
    for (let i = 1; i <= 3_000; i++) {
      compile(`{ people(first: ${i}) { id } }`);
      expect(compile("{ people { id } }")).toBe(busy);
    }
    expect(compiler.busiest(10_000).length).toBeLessThanOrEqual(1_000);
    expect(compile("{ people(first: 0) { id } }")).not.toBe(first);
    expect(compiler.busiest(1).map(({ text }) => text)).toEqual([busy.text]);
  });

  it("are bounded in characters too", () => {
    const long = "x".repeat(100_000);
    for (let i = 0; i < 200; i++) compile(`{ people(named: "${i}${long}") { id } }`);
    const kept = compiler.busiest(1_000).reduce((sum, { text }) => sum + text.length, 0);
    expect(kept).toBeGreaterThan(1_000_000);
    expect(kept).toBeLessThanOrEqual(8 * 1024 * 1024);
  });
});
