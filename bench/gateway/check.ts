/** Holds every contender's answers against the stock gateway's. */
import { isDeepStrictEqual } from "node:util";
import type { RunningContender } from "./contenders/contenders.ts";
import { type QueryName, queries, requestBody } from "./federation/queries.ts";

/** One answer of a contender: its text, byte for byte as it will answer again. */
export async function ask({ url, contender }: RunningContender, query: string): Promise<string> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", authorization: "Bearer one-for-all" },
    body: requestBody(query),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${contender.name} answered with status ${answer.status}: ${text}`);
  return text;
}

/**
 * @param reference the stock gateway's answer
 * @returns the contender's own answer, which is equal as data
 * @throws Error when it is not
 */
export async function checkedAnswer(running: RunningContender, query: QueryName, reference: string): Promise<string> {
  const { contender } = running;
  const text = await ask(running, queries[query]);
  if (contender.answersQuery && !isDeepStrictEqual(JSON.parse(text), JSON.parse(reference))) {
    throw new Error(
      `${contender.name} answers the ${query} query otherwise than the stock gateway:\n${text.slice(0, 500)}`,
    );
  }
  return text;
}
