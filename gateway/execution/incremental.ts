/**
 * Incremental delivery of `@defer`: the answer in parts, in the format that Apollo's clients and servers
 * speak (`deferSpec=20220824`).
 */
import type { Variables } from "../operation/operation.ts";
import { Delivery } from "./delivery.ts";
import { placesAtNames } from "./places.ts";
import type { DeferredPart, Fetch } from "./plan-graph.ts";
import { startsWith } from "./problems.ts";
import type { Run } from "./run.ts";
import type { ResponsePath, Tree } from "./tree.ts";
import type { TypeConditions } from "./type-conditions.ts";
import type { VisiblePath } from "./visible-path.ts";
import type { Decisions, Guards } from "./write/guards.ts";
import type { WriteValue } from "./write/writing.ts";
import { responseMembers, writeData } from "./written-data.ts";

/** What is compiled for the parts of an answer. */
export interface Incremental {
  readonly fetches: readonly Fetch[];
  /** Writes what is shown first. */
  readonly primary: WriteValue;
  readonly deferred: readonly DeferredPart[];
  /** The writer of each deferred part; undefined when it shows nothing of its own. */
  readonly writers: ReadonlyMap<DeferredPart, WriteValue | undefined>;
  readonly guards: Guards;
  readonly conditions: TypeConditions;
  readonly visible: VisiblePath;
}

/** Runs a plan and gives its answer in parts, as JSON texts. */
export async function* runIncrementally(
  incremental: Incremental,
  variables: Variables,
  newRun: (onDone: (fetch: Fetch) => void) => Run,
): AsyncGenerator<string, void, void> {
  const { fetches, deferred, guards, primary } = incremental;
  const delivery = new Delivery(fetches, deferred);
  const decisions = guards.decide(variables);
  const run = newRun((fetch) => delivery.done(fetch));
  try {
    run.start();
    await delivery.first();
    const { text, nulled } = writeData(run, decisions, { write: primary, value: run.data, path: [], part: 0 });
    yield `{${responseMembers(
      text,
      run.problems.list(({ part }) => part === 0),
    )},"hasNext":${delivery.more}}`;
    const gone = [...nulled];
    while (delivery.more) {
      const items = writePart(incremental, run, decisions, await delivery.next(), gone);
      yield `{${items.length > 0 ? `"incremental":[${items.join(",")}],` : ""}"hasNext":${delivery.more}}`;
    }
  } finally {
    run.stop();
  }
}

/** The items of a part: one for each object that it adds to. Objects that became null get nothing. */
function writePart(
  { writers, conditions, visible }: Incremental,
  run: Run,
  decisions: Decisions,
  deferred: DeferredPart,
  gone: ResponsePath[],
): string[] {
  const write = writers.get(deferred);
  if (!write) return [];
  const { part, label, queryPath } = deferred;
  const written = placesAtNames(run.data, queryPath, (condition, object) => holds(conditions, condition, object))
    .filter(({ path }) => !gone.some((nulled) => startsWith(path, nulled)))
    .map(({ value, path }) => ({ path, ...writeData(run, decisions, { write, value, path, part }) }));
  for (const { nulled } of written) gone.push(...nulled);
  return written.map(({ path, text }, index) => {
    const errors = run.problems.list(
      (problem) =>
        problem.part === part &&
        (problem.path
          ? startsWith(problem.path, visible(path)) || (index === 0 && startsNowhere(problem.path))
          : index === 0),
    );
    const head = label === undefined ? "" : `"label":${JSON.stringify(label)},`;
    return `{${head}"path":${JSON.stringify(visible(path))},${responseMembers(text, errors)}}`;
  });

  function startsNowhere(path: ResponsePath): boolean {
    return !written.some((item) => startsWith(path, visible(item.path)));
  }
}

function holds(conditions: TypeConditions, condition: string, { __typename: typename }: Tree): boolean {
  return typeof typename !== "string" || conditions.holds(condition, typename);
}
