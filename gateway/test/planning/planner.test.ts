import { spawnSync } from "node:child_process";
import { GraphQLError } from "graphql";
import { afterEach, describe, expect, it } from "vitest";
import { HuiminError } from "../../../trust/errors.ts";
import { type StartedPlanner, startPlannerThread } from "../../planning/planner-thread.ts";
import { composeSdl, lettersSdl } from "./supergraphs.ts";

let started: StartedPlanner | undefined;
afterEach(async () => {
  await started?.planner.close();
  started = undefined;
});

const overrides = new Map<string, boolean>();

/** An operation whose ways through the subgraphs multiply with every level. */
function branching(levels: number): string {
  const fields = ["a", "b", "c", "d"];
  const select = (level: number): string =>
    level === 0 ? "{ id }" : `{ ${fields.map((field) => `${field} ${select(level - 1)}`).join(" ")} }`;
  return `{ t ${select(levels)} }`;
}

const branchingSdl = composeSdl(
  Object.fromEntries(
    ["one", "two", "three", "four"].map((name) => [
      name,
      `
        type Query { t: T @shareable }
        type T @key(fields: "id") { id: ID! a: T @shareable b: T @shareable c: T @shareable d: T @shareable }
      `,
    ]),
  ),
);

/** Fields that several subgraphs share behind one that is alone: each way has to be weighed against all others. */
const wideSdl = composeSdl(
  Object.fromEntries(
    ["one", "two", "three", "four", "five"].map((name, i) => [
      name,
      `
        type Query { ${i === 0 ? "t" : name}: T }
        type T @key(fields: "id") { id: ID! a: T @shareable b: T @shareable c: T @shareable d: T @shareable e: T @shareable }
      `,
    ]),
  ),
);

describe("a planner", () => {
  it("says which subgraphs there are and what clients see", async () => {
    started = await startPlannerThread(lettersSdl);
    expect(started.subgraphs.map(({ name }) => name)).toEqual(["letters", "people"]);
    expect(started.apiSdl).toContain("type Letter");
    expect(started.apiSdl).toContain("directive @defer");
    expect(started.apiSdl).not.toContain("join__");
  });

  it("does not start over what is no supergraph, and says why", async () => {
    await expect(startPlannerThread("type Query { a: Int }")).rejects.toThrow(/core|supergraph/i);
    await expect(startPlannerThread("type Query {")).rejects.toThrow(/Syntax Error/);
  });

  it("is loaded by no thread but its own", () => {
    const program = `
      import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      await import(${JSON.stringify(new URL("../../server.ts", import.meta.url).href)});
      const loaded = (part) => Object.keys(require.cache).some((file) => file.includes(part));
      console.error(JSON.stringify({ graphql: loaded("/node_modules/graphql/"), apollo: loaded("/node_modules/@apollo/") }));
    `;
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    expect(JSON.parse(stderr)).toEqual({ graphql: true, apollo: false });
  });

  it("plans without holding up whatever else the process does", async () => {
    started = await startPlannerThread(branchingSdl);
    let done = false;
    const planned = started.planner.plan({ document: branching(3), overrides }).finally(() => {
      done = true;
    });
    let turns = 0;
    while (!done) {
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await planned).kind).toBe("QueryPlan");
    expect(turns).toBeGreaterThan(10);
  });

  it("refuses what it does not know, and goes on", async () => {
    started = await startPlannerThread(lettersSdl);
    const { planner } = started;
    await expect(planner.plan({ document: "{ nobody }", overrides })).rejects.toThrow(GraphQLError);
    expect((await planner.plan({ document: "{ people { id } }", overrides })).node?.kind).toBe("Fetch");
  });

  it("gives up an operation with too many ways, refuses it from then on, and plans others as before", async () => {
    started = await startPlannerThread(wideSdl, { waiting: 10, planMs: 2_000, loadMs: 60_000 });
    const { planner } = started;
    await expect(planner.plan({ document: branching(6), overrides })).rejects.toThrow("too many ways");
    const again = planner.plan({ document: branching(6), overrides });
    const other = planner.plan({ document: "{ t { b { id } } }", overrides });
    await expect(again).rejects.toThrow(GraphQLError);
    expect((await other).kind).toBe("QueryPlan");
  });

  it("refuses more work than it can queue at once", async () => {
    started = await startPlannerThread(lettersSdl);
    const { planner } = started;
    const all = await Promise.allSettled(
      Array.from({ length: 1_500 }, () => planner.plan({ document: "{ people { id } }", overrides })),
    );
    const refused = all.filter((result) => result.status === "rejected").map(({ reason }) => reason);
    expect(refused.length).toBeGreaterThan(100);
    expect(refused.every((reason) => reason instanceof HuiminError && reason.code === "OVERLOADED")).toBe(true);
    expect(all.filter((result) => result.status === "fulfilled").length).toBeGreaterThanOrEqual(1_000);
  });

  it("finishes what waits before it closes, and takes nothing after that", async () => {
    started = await startPlannerThread(lettersSdl);
    const { planner } = started;
    const waiting = Array.from({ length: 20 }, () => planner.plan({ document: "{ people { id } }", overrides }));
    await planner.close();
    expect((await Promise.all(waiting)).every(({ kind }) => kind === "QueryPlan")).toBe(true);
    await expect(planner.plan({ document: "{ people { id } }", overrides })).rejects.toThrow("closed");
  });
});
