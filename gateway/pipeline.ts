/**
 * The life of a query: the table of contents of the gateway. Each station is a function from one plain
 * value to the next and throws what it refuses; nothing is shared between requests but the stations'
 * bounded caches.
 *
 *     admission   headers   -> Admitted             whose access token, or nobody's; not too many requests
 *     http        bytes     -> GraphQLRequest       method, media types, body; the document by its name
 *     operation   document  -> CompiledOperation    parse, measure, validate, select, price, plan; cached
 *                 variables -> Variables            as the operation declares them
 *     execution   operation -> Answer               fetch and merge
 *     boundary                                      every call to a subgraph: its own token, checked answer
 *     http        Answer    -> bytes                at once, in parts (`@defer`), or as events
 *
 * `carry-out.ts` is the part of it that every transport shares; over WebSocket it is reached from
 * `http/websocket.ts`. A subscription leaves the path there and lives on in `live/`, where each event is
 * answered by execution and boundary once more.
 *
 * Beside the path: `supergraph/` loads the schema, `graphiql/` serves the page for people. `ledger/` has
 * identity record what caseworkers read, before execution begins. One more station has its place:
 * `registry/`, a process of its own, where `supergraph/` gets its schemas.
 */
import { HuiminError } from "../trust/errors.ts";
import type { RequestLog } from "./admission/admit.ts";
import type { Enter, Entry } from "./admission/entrance.ts";
import { errorsOf, RequestRefused } from "./answer.ts";
import { type AcceptedAnswers, acceptedAnswers, defaultMediaType } from "./http/media-type.ts";
import { type HttpRequest, readRequest } from "./http/request.ts";
import {
  challengeHeaders,
  type HttpResponse,
  writeAnswer,
  writeEvents,
  writeParts,
  writeWhole,
} from "./http/response.ts";
import { streamOf } from "./http/stream.ts";
import type { CarryOut, Outcome } from "./live/outcome.ts";
import { fixedSession } from "./live/session.ts";

/** What the stations need to work. */
export interface PipelineParts {
  readonly enter: Enter;
  readonly carryOut: CarryOut;
}

/** One request through all stations. Never rejects: every failure is an answer. */
export type Pipeline = (request: HttpRequest, log: RequestLog) => Promise<HttpResponse>;

/** Puts the stations in a row. */
export function createPipeline({ enter, carryOut }: PipelineParts): Pipeline {
  const answer = async (entry: Entry, request: HttpRequest, accepted: AcceptedAnswers, log: RequestLog) => {
    const session = fixedSession(entry.admission());
    const hasBody = request.method !== "HEAD";
    const carries = { parts: accepted.parts && hasBody, live: accepted.events !== "refused" && hasBody };
    return await carryOut(readRequest(request), session, carries, log);
  };

  return async (request, log) => {
    const accepted = acceptedAnswers(request.headers.accept);
    if (!isAnswerable(accepted)) return refuse(new HuiminError("NOT_ACCEPTABLE"), accepted);
    const entry = await enter(request);
    try {
      return write(await answer(entry, request, accepted, log), accepted, entry.headers);
    } catch (error) {
      report(error, log);
      return refuse(error, accepted, entry.headers);
    }
  };
}

function isAnswerable({ whole, events }: AcceptedAnswers): boolean {
  return whole !== undefined || events !== "refused";
}

function write(outcome: Outcome, accepted: AcceptedAnswers, limits: HttpResponse["headers"]): HttpResponse {
  const more = outcome.challenge ? { ...limits, ...challengeHeaders(outcome.challenge) } : limits;
  if (outcome.kind === "live") return writeEvents(outcome.texts, more);
  if (outcome.kind === "parts") return writeParts(outcome.texts, more);
  if (accepted.events === "preferred") return writeEvents(streamOf(outcome.answer.body), more);
  return writeWhole(outcome.answer, accepted.whole ?? defaultMediaType, more);
}

/** Who asks for events learns in an event why there are none: many clients cannot see anything else. */
function refuse(error: unknown, accepted: AcceptedAnswers, more: HttpResponse["headers"] = {}): HttpResponse {
  const answer = { errors: errorsOf(error) };
  if (accepted.events === "preferred") return writeEvents(streamOf(JSON.stringify(answer)), more);
  return writeAnswer(answer, accepted.whole ?? defaultMediaType, more);
}

/** Refusals are the callers' affair and worth a line when looked for; anything else is ours. */
function report(error: unknown, log: RequestLog): void {
  if (error instanceof RequestRefused) log.debug({ err: error }, "request refused");
  else if (error instanceof HuiminError && error.code !== "INTERNAL_SERVER_ERROR") {
    log.debug({ code: error.code, detail: error.detail }, "request refused");
  } else log.error({ err: error }, "request failed");
}
