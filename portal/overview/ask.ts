/** What the citizen's page asks the graph. */
import { readFileSync } from "node:fs";
import { type AskGraph, type GraphAnswer, type GraphError, isKeptPrivate } from "../graph/ask.ts";
import type { OverviewQuery } from "./overview.generated.ts";

/** What the page shows. A department or company that did not answer is null. */
export interface Overview extends OverviewQuery {
  /** What is kept from whoever asks, in part or as a whole: what is missing there is not missing on record. */
  readonly keptPrivate: ReadonlySet<keyof OverviewQuery>;
}

const query = readFileSync(new URL("./overview.graphql", import.meta.url), "utf8");
const sources = ["health", "pension", "employment", "utilities", "water", "power"] as const;

/**
 * Asks in the name of whose access token it is.
 *
 * Rejects as `AskGraph` does, and when the graph does not even know who the citizen is.
 */
export async function askOverview(askGraph: AskGraph, accessToken: string): Promise<Overview> {
  const { data, errors } = await askGraph(accessToken, query);
  // The gateway answers in the shape of the schema that this type was generated from.
  const said = data as OverviewQuery;
  const parts = ["citizen", ...sources] as const;
  const keptPrivate = new Set(parts.filter((part) => isKeptPrivate(errorsOf(part, said, errors))));
  if (!said.citizen && !keptPrivate.has("citizen")) throw new Error("the graph did not say who the citizen is");
  const overview = { ...said, keptPrivate };
  for (const source of sources) {
    const isIncomplete = errorsOf(source, said, errors).length > 0;
    // Half an answer would pass for a whole one: "no bills" is not the same as "bills unknown".
    if (isIncomplete && !keptPrivate.has(source)) overview[source] = null;
  }
  return overview;
}

function errorsOf(part: keyof OverviewQuery, said: OverviewQuery, errors: GraphAnswer["errors"]): GraphError[] {
  const isEmpty = Object.values(said[part] ?? {}).every((value) => value === null);
  return errors.filter(({ path }) => (path === undefined ? isEmpty : path[0] === part));
}
