/**
 * Subscriptions at subgraphs. Every live subscription has a connection of its own: two citizens never share
 * one. A lost connection is made anew a few times, each with fresh credentials; then the client hears of it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { errorCatalogue, HuiminError } from "../../../trust/errors.ts";
import { clientSector, peopleOf, type RequestLog } from "../../admission/admit.ts";
import { checkAnswer } from "../../boundary/answer-check.ts";
import type { Crossing } from "../../boundary/border.ts";
import {
  type BorderOf,
  requestBody,
  type SealOf,
  type SubgraphAnswer,
  type SubgraphError,
} from "../../boundary/boundary.ts";
import type { Credentials } from "../../boundary/credentials.ts";
import type { OpenSealed } from "../../boundary/sealed-values.ts";
import type { SealCall } from "../../boundary/signed-calls.ts";
import type { FindSource, Sink } from "../source.ts";
import { followEvents } from "./events.ts";
import { followSocket } from "./socket.ts";

/** What a subgraph is asked, and with what. */
export interface StreamRequest {
  /** `ws:` and `wss:` are spoken to by graphql-transport-ws, all others by GraphQL over SSE. */
  readonly address: URL;
  /** The GraphQL request as JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the address may be inside the city's network. */
  readonly mayBeInternal: boolean;
  /** Signs the call and judges its answer; undefined for neither. */
  readonly seal: SealCall | undefined;
}

/** What streams are opened with, by subgraph. */
export interface StreamParts {
  readonly credentials: Credentials;
  readonly borderOf: BorderOf;
  readonly mayBeInternal: (subgraph: string) => boolean;
  readonly sealOf: SealOf;
  readonly openSealed: OpenSealed;
}

/**
 * Follows a subscription over one connection: hands every GraphQL response to `next`. Resolves when the
 * subgraph has completed it or `ended` is aborted; rejects when the connection is lost.
 */
export type Follow = (request: StreamRequest, next: (response: unknown) => void, ended: AbortSignal) => Promise<void>;

/** Largest message of a subgraph, in bytes. */
export const maxMessage = 1024 * 1024;

/** How often a connection is made anew without an event in between, and the first and longest pauses before. */
const retries = { attempts: 5, firstPauseMs: 100, longestPauseMs: 5_000 } as const;

/** The streams of the subgraphs, each where it answers or where `elsewhere` says. */
export function subgraphStreams(
  elsewhere: ReadonlyMap<string, URL>,
  { credentials, borderOf, mayBeInternal: isAllowedInside, sealOf, openSealed }: StreamParts,
  log: RequestLog,
): FindSource {
  return ({ source, variables: values, supergraph }, session) => {
    const { subgraph } = source;
    const address = elsewhere.get(subgraph) ?? supergraph.addresses.get(subgraph);
    if (!address) throw new HuiminError("INTERNAL_SERVER_ERROR", { detail: `no address for ${subgraph}` });
    const mayBeInternal = isAllowedInside(subgraph);
    const { admitted } = session.admission;
    const asked = source.request(values);
    const opened = openSealed(supergraph.supergraphSchema, subgraph, asked, { admitted, log });
    const request = opened?.request ?? asked;
    const crossing = borderOf(subgraph)?.call(requestBody(request), peopleOf(admitted), clientSector(admitted));
    const body = crossing ? crossing.text : requestBody(request);
    const seal = sealOf(subgraph, address);
    const follow = address.protocol.startsWith("ws") ? followSocket : followEvents;
    return {
      key: `${address} ${body}`,
      listen(sink) {
        const ending = new AbortController();
        const refused = (detail: string | undefined) =>
          log.warn({ subgraph, detail }, "an event of a subgraph is refused");
        const connect = async (next: (response: unknown) => void) => {
          const { headers } = await credentials({ ...session.admission, log }, subgraph);
          const heard = (response: unknown) => next(crossing ? inside(response, crossing, refused) : response);
          await follow({ address, body, headers, mayBeInternal, seal }, heard, ending.signal);
        };
        const read = (response: unknown) => {
          const answer = checkAnswer(response, [], crossing === undefined);
          return answer && (opened?.seal(answer) ?? answer);
        };
        void followUntilLost(connect, read, sink, ending.signal, (error) =>
          log.warn({ subgraph, err: error }, "a stream of a subgraph is lost"),
        );
        return () => ending.abort();
      },
    };
  };
}

/** An event with everybody in the forms that are used inside; undefined, which is no answer, when that cannot be. */
function inside(response: unknown, { answer }: Crossing, refused: (detail: string | undefined) => void): unknown {
  try {
    return JSON.parse(answer(JSON.stringify(response)));
  } catch (error) {
    if (!(error instanceof HuiminError)) throw error;
    refused(error.detail);
    return undefined;
  }
}

type Connect = (next: (response: unknown) => void) => Promise<void>;

async function followUntilLost(
  connect: Connect,
  read: (response: unknown) => SubgraphAnswer | undefined,
  sink: Sink,
  ended: AbortSignal,
  report: (error: unknown) => void,
): Promise<void> {
  let losses = 0;
  const next = (response: unknown) => {
    losses = 0;
    if (!ended.aborted) sink.event(read(response) ?? { data: null, errors: [unavailable] });
  };
  while (!ended.aborted) {
    try {
      await connect(next);
      break;
    } catch (error) {
      if (ended.aborted) break;
      losses += 1;
      report(error);
      if (error instanceof HuiminError) return sink.ended({ code: error.code, message: error.message });
      if (losses > retries.attempts) return sink.ended(unavailable);
      await pause(losses, ended);
    }
  }
  if (!ended.aborted) sink.ended();
}

/** Twice as long each time, and never the same for all: a subgraph that comes back must not be run over. */
async function pause(losses: number, ended: AbortSignal): Promise<void> {
  const longest = Math.min(retries.firstPauseMs * 2 ** (losses - 1), retries.longestPauseMs);
  await delay(longest * (0.5 + Math.random() / 2), undefined, { signal: ended }).catch(() => {});
}

const unavailable: SubgraphError = {
  code: "SUBGRAPH_UNAVAILABLE",
  message: errorCatalogue.SUBGRAPH_UNAVAILABLE.message,
};
