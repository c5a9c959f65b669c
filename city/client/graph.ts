/** Asks the graph. */
import { z } from "zod";
import { CityError } from "../failure.ts";
import { originOf } from "../launch/layout.ts";
import { authorize, type Credentials } from "./credentials.ts";
import { notRunning } from "./sign-in.ts";

const answerShape = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.looseObject({ message: z.string() })).optional(),
});

/** What the graph answers (GraphQL, October 2021, 7.1). */
export type GraphAnswer = z.output<typeof answerShape>;

/**
 * Sends a query to the gateway of the city at `basePort`.
 *
 * @throws CityError when the gateway does not answer as a graph does
 */
export async function askGraph(basePort: number, credentials: Credentials, query: string): Promise<GraphAnswer> {
  const url = `${originOf(basePort, "gateway")}/graphql`;
  const response = await fetch(url, {
    method: "POST",
    headers: {
      ...(await authorize(credentials, "POST", url)),
      "content-type": "application/json",
      accept: "application/graphql-response+json",
    },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(30_000),
  }).catch((cause: unknown) => {
    throw notRunning(basePort, cause);
  });
  const answer = answerShape.safeParse(await response.json().catch(() => undefined));
  if (!answer.success) throw new CityError(`The gateway gave no answer of the graph's kind (HTTP ${response.status}).`);
  return answer.data;
}
