/**
 * The only way out to a subgraph. A call carries the credentials that the gateway gives it and nothing
 * else of the client's headers; what comes back is checked and masked.
 */
import type { AssuranceChallenge } from "../../trust/assurance.ts";
import { type ErrorCode, errorCatalogue, HuiminError } from "../../trust/errors.ts";
import { clientSector, type Errand, peopleOf } from "../admission/admit.ts";
import { checkAnswer } from "./answer-check.ts";
import type { SubgraphBorder } from "./border.ts";
import type { CallCredentials, Credentials } from "./credentials.ts";
import type { SubgraphOutcome } from "./exchange.ts";
import { type HttpFreshness, readFreshness } from "./http-freshness.ts";
import { createShare, flightKey, headersKey } from "./in-flight.ts";
import type { SealCall } from "./signed-calls.ts";
import { createSubgraphClient } from "./subgraph-client.ts";

/** One operation for one subgraph. Its parts are JSON texts, so that a compiled operation writes each once. */
export interface SubgraphRequest {
  readonly kind: "query" | "mutation" | "subscription";
  /** GraphQL text; the same string object every time a compiled operation runs. */
  readonly query: string;
  /** `query` as a JSON string literal. */
  readonly queryJson: string;
  /** The members of the variables' JSON object, without its braces and without the entity lists: `"first":5`. */
  readonly variables: string;
  /** Empty for root fields; several when fetches were merged into one call. */
  readonly entities: readonly EntityList[];
}

/** Entities that are asked for by their representations. */
export interface EntityList {
  /** The variable that holds the representations. */
  readonly variable: string;
  /** Where the answer holds the entities: `_entities`, or its alias. */
  readonly responseName: string;
  /** JSON texts, each once. */
  readonly representations: readonly string[];
}

/** An error that the caller may hear. */
export interface SubgraphError {
  readonly code: ErrorCode;
  readonly message: string;
  /** Where in the subgraph's answer; missing when it concerns the whole. */
  readonly path?: readonly (string | number)[];
  /** Of a department's `INSUFFICIENT_USER_AUTHENTICATION`: what would do. */
  readonly challenge?: AssuranceChallenge;
}

/** How long and for whom an answer may be kept. */
export interface Cacheability {
  /** From the moment the subgraph answered, in seconds. */
  readonly maxAgeSeconds: number;
  /** How long ago that was, in seconds. */
  readonly ageSeconds: number;
  /** PRIVATE: for this caller alone. */
  readonly scope: "PUBLIC" | "PRIVATE";
}

export interface SubgraphAnswer {
  /** A tree of the consumer's own: it may write into it. */
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly SubgraphError[];
  /** True when it is known that no string in `data` holds a character that JSON text must escape. */
  readonly plain?: boolean;
  /** Missing when the answer must not be kept. */
  readonly cacheability?: Cacheability;
}

export interface Boundary {
  /** Asks a subgraph on behalf of the caller. Never rejects: what fails becomes an error of the answer. */
  call(subgraph: string, request: SubgraphRequest, errand: Errand): Promise<SubgraphAnswer>;
  /** Lets calls in flight finish, then closes all connections. */
  close(): Promise<void>;
}

/** The body of the HTTP request for `request`: a GraphQL request as JSON. */
export function requestBody({ queryJson, variables, entities }: SubgraphRequest): string {
  let members = variables;
  for (const { variable, representations } of entities) {
    if (members !== "") members += ",";
    members += `"${variable}":[${representations.join(",")}]`;
  }
  return `{"query":${queryJson},"variables":{${members}}}`;
}

/** What a subgraph says of its answer, besides the cache hints of its schema. */
export interface DirectAnswer extends SubgraphAnswer {
  /** Missing when nothing was answered. */
  readonly http?: HttpFreshness;
}

/** The boundary without any cache. */
export interface DirectBoundary extends Boundary {
  call(subgraph: string, request: SubgraphRequest, errand: Errand): Promise<DirectAnswer>;
}

/** Where citizens go by other names, by subgraph. */
export type BorderOf = (subgraph: string) => SubgraphBorder | undefined;

/** How calls to a subgraph are signed; undefined when they are not. */
export type SealOf = (subgraph: string, address: URL) => SealCall | undefined;

/**
 * The boundary to the subgraphs at `addresses`, where each call goes with what `credentials` gives.
 *
 * @param borderOf the subgraphs of companies, which know citizens by other names
 * @param mayBeInternal whether the address of a subgraph may be inside the city's network
 * @param sealOf how calls to a subgraph are signed
 */
export function createBoundary(
  addresses: ReadonlyMap<string, URL>,
  credentials: Credentials,
  borderOf: BorderOf = () => undefined,
  mayBeInternal: (subgraph: string) => boolean = () => true,
  sealOf: SealOf = () => undefined,
): DirectBoundary {
  const clients = new Map(
    [...addresses].map(([name, address]) => [
      name,
      createSubgraphClient(address, mayBeInternal(name), sealOf(name, address)),
    ]),
  );
  const share = createShare<SubgraphOutcome>();
  return {
    async call(subgraph, request, errand) {
      const client = clients.get(subgraph);
      if (!client) return failed("INTERNAL_SERVER_ERROR");
      try {
        const shown = await credentials(errand, subgraph);
        const crossing = borderOf(subgraph)?.call(
          requestBody(request),
          peopleOf(errand.admitted),
          clientSector(errand.admitted),
        );
        const body = crossing ? crossing.text : requestBody(request);
        const outcome =
          request.kind === "query"
            ? await share(callKey(subgraph, shown, body), () => client.post(body, shown.headers, true))
            : await client.post(body, shown.headers, false);
        const heard = crossing && outcome.ok ? { ...outcome, text: crossing.answer(outcome.text) } : outcome;
        // A company has its own words for nobody: what it says in them could be anything.
        return readOutcome(heard, request, crossing === undefined);
      } catch (error) {
        if (error instanceof HuiminError) {
          const { code, detail } = error;
          if (detail !== undefined) errand.log.warn({ subgraph, code, detail }, "a call to a subgraph is refused");
          return failed(code);
        }
        errand.log.warn({ subgraph, err: error }, "a subgraph does not answer as it should");
        return failed("SUBGRAPH_UNAVAILABLE");
      }
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

/** Two calls are the same when they would send the same bytes to the same subgraph for the same person. */
function callKey(subgraph: string, { identity, headers }: CallCredentials, body: string): string {
  return flightKey(subgraph, identity, headersKey(headers), body);
}

/** Every reader of a shared outcome parses it anew: the tree is its own. */
function readOutcome(outcome: SubgraphOutcome, { entities }: SubgraphRequest, maySpeak: boolean): DirectAnswer {
  if (!outcome.ok) throw new Error(outcome.reason);
  const { status, headers, text } = outcome;
  // Whoever it is that asks, she was admitted: a 401 is about the gateway's own token.
  if (status === 401) throw new Error("the transaction token was refused");
  const answer = checkAnswer(parseJson(text), entities, maySpeak);
  if (!answer) throw new Error(`status ${status} with a body that is no GraphQL answer to the request`);
  // JSON has no control character, quote or backslash in a string but behind a backslash (RFC 8259, section 7).
  return { ...answer, plain: !text.includes("\\"), http: readFreshness(headers) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse quotes what it could not read, and that may be personal data: it must not reach a log.
    throw new Error("the body is not JSON");
  }
}

function failed(code: ErrorCode): SubgraphAnswer {
  return { data: null, errors: [{ code, message: errorCatalogue[code].message }] };
}
