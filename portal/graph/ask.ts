/** Questions to the graph, in the name of whoever is signed in. */
import { z } from "zod";
import type { Possession } from "../sign-in/possession.ts";

/** The graph takes this access token no longer. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

const timeoutMs = 10_000;

const errorShape = z.object({
  path: z.array(z.union([z.string(), z.number()])).optional(),
  extensions: z
    .object({
      code: z.string(),
      // With which sign-in the field may be read (RFC 9470).
      acr_values: z.string().optional(),
      max_age: z.number().optional(),
    })
    .optional()
    .catch(undefined),
});

const answerShape = z.object({ data: z.looseObject({}).nullish(), errors: z.array(errorShape).default([]) });

/** An answer with data in it, though perhaps not all. */
export interface GraphAnswer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly GraphError[];
}

export type GraphError = z.output<typeof errorShape>;

/** An operation by its document, which may hold one alone. */
export type AskGraph = (accessToken: string, query: string) => Promise<GraphAnswer>;

/**
 * @returns a function that rejects with `TokenRefused`, or with another error when the graph gives no data
 */
export function createAskGraph(gatewayUrl: string, { authorize }: Possession): AskGraph {
  const graph = `${gatewayUrl}/graphql`;
  return async (accessToken, query) => {
    const response = await fetch(graph, {
      method: "POST",
      headers: {
        ...(await authorize(accessToken, "POST", graph)),
        "content-type": "application/json",
        accept: "application/graphql-response+json",
      },
      body: JSON.stringify({ query }),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 401) {
      await response.body?.cancel();
      throw new TokenRefused("the graph refused the access token");
    }
    const answer = answerShape.safeParse(await response.json()).data;
    if (!answer?.data) throw new Error(`the graph answered ${response.status} without data`);
    return { data: answer.data, errors: answer.errors };
  };
}

/** Whether something is missing because it is kept from whoever acts for another, and for no other reason. */
export function isKeptPrivate(errors: readonly GraphError[]): boolean {
  return errors.length > 0 && errors.every(({ extensions }) => extensions?.code === "FORBIDDEN");
}
