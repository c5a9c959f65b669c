/** The portal's one question to the graph. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Possession } from "../sign-in/possession.ts";
import type { Department } from "./card.ts";
import type { OverviewQuery } from "./overview.generated.ts";

/** What the page shows. A department that did not answer is null. */
export interface Overview extends OverviewQuery {
  /** What is kept from whoever asks, in part or as a whole: what is missing there is not missing on record. */
  readonly keptPrivate: ReadonlySet<keyof OverviewQuery>;
}

/** The graph takes this access token no longer. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

const query = readFileSync(new URL("./overview.graphql", import.meta.url), "utf8");
const departments: readonly Department[] = ["health", "pension", "employment", "utilities"];
const timeoutMs = 10_000;

const answerShape = z.object({
  data: z.looseObject({}).nullish(),
  errors: z
    .array(
      z.object({
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.object({ code: z.string() }).optional().catch(undefined),
      }),
    )
    .default([]),
});
type Answer = z.output<typeof answerShape>;

/** Asks the graph at `gatewayUrl` in the name of whose access token it is. */
export type AskOverview = (accessToken: string) => Promise<Overview>;

/**
 * @returns a function that rejects with `TokenRefused`, or with another error when the graph does not answer or
 *   does not even know who the citizen is
 */
export function createAskOverview(gatewayUrl: string, { authorize }: Possession): AskOverview {
  const graph = `${gatewayUrl}/graphql`;
  return async (accessToken) => {
    const response = await fetch(graph, {
      method: "POST",
      headers: {
        ...(await authorize(accessToken, "POST", graph)),
        "content-type": "application/json",
        accept: "application/graphql-response+json",
      },
      body: JSON.stringify({ query, operationName: "Overview" }),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 401) {
      await response.body?.cancel();
      throw new TokenRefused("the graph refused the access token");
    }
    return readOverview(response.status, answerShape.safeParse(await response.json()).data);
  };
}

function readOverview(status: number, answer: Answer | undefined): Overview {
  if (!answer?.data) throw new Error(`the graph answered ${status} without data`);
  // The gateway answers in the shape of the schema that this type was generated from.
  const said = answer.data as OverviewQuery;
  const parts = ["citizen", ...departments] as const;
  const keptPrivate = new Set(parts.filter((part) => isKeptPrivate(errorsOf(part, said, answer.errors))));
  if (!said.citizen && !keptPrivate.has("citizen")) throw new Error("the graph did not say who the citizen is");
  const overview = { ...said, keptPrivate };
  for (const department of departments) {
    const isIncomplete = errorsOf(department, said, answer.errors).length > 0;
    // Half an answer would pass for a whole one: "no bills" is not the same as "bills unknown".
    if (isIncomplete && !keptPrivate.has(department)) overview[department] = null;
  }
  return overview;
}

function errorsOf(part: keyof OverviewQuery, said: OverviewQuery, errors: Answer["errors"]): Answer["errors"] {
  const isEmpty = Object.values(said[part] ?? {}).every((value) => value === null);
  return errors.filter(({ path }) => (path === undefined ? isEmpty : path[0] === part));
}

function isKeptPrivate(errors: Answer["errors"]): boolean {
  return errors.length > 0 && errors.every(({ extensions }) => extensions?.code === "FORBIDDEN");
}
