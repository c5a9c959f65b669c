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
 *     http        Answer    -> bytes
 *
 * Beside the path: `supergraph/` loads the schema, `graphiql/` serves the page for people. Two more
 * stations have their places: `ledger/`, the access log, between execution and the way back, durable
 * before the answer leaves; and `registry/`, a process of its own, where `supergraph/` gets its schemas.
 */
import { HuiminError } from "../trust/errors.ts";
import { type Errand, type RequestLog, requireCaller } from "./admission/admit.ts";
import type { Enter, Entry } from "./admission/entrance.ts";
import { errorsOf, RequestRefused, type WrittenAnswer } from "./answer.ts";
import type { Boundary } from "./boundary/boundary.ts";
import { introspect } from "./execution/introspection.ts";
import type { Documents, FoundRequest } from "./http/documents.ts";
import { answerMediaType, defaultMediaType } from "./http/media-type.ts";
import { type HttpRequest, readRequest } from "./http/request.ts";
import { type HttpResponse, writeAnswer, writeWhole } from "./http/response.ts";
import { requireAffordable } from "./operation/cost.ts";
import { readVariables } from "./operation/operation.ts";
import type { Generation } from "./supergraph/generation.ts";
import type { Generations } from "./supergraph/generations.ts";

/** A supergraph with the way to its subgraphs. */
export interface ExecutableGeneration extends Generation {
  readonly boundary: Boundary;
}

/** What the stations need to work. */
export interface PipelineParts {
  readonly generations: Pick<Generations<ExecutableGeneration>, "use">;
  readonly enter: Enter;
  readonly documents: Documents;
  /** Most that an operation may be estimated to cost; anything unless given. */
  readonly maxCost?: number;
}

/** One request through all stations. Never rejects: every failure is an answer. */
export type Pipeline = (request: HttpRequest, log: RequestLog) => Promise<HttpResponse>;

/** Puts the stations in a row. */
export function createPipeline({ generations, enter, documents, maxCost = Infinity }: PipelineParts): Pipeline {
  const answer = async (entry: Entry, request: HttpRequest, log: RequestLog): Promise<WrittenAnswer> => {
    const errand = { ...entry.admission(), log };
    const found = await documents.find(readRequest(request), log);
    return await generations.use((generation) => run(generation, found, errand));
  };
  const run = async (
    generation: ExecutableGeneration,
    { request, fits }: FoundRequest,
    errand: Errand,
  ): Promise<WrittenAnswer> => {
    const operation = generation.compile(request, errand.admitted);
    fits?.();
    requireCaller(errand.admitted, operation);
    const variables = readVariables(operation, request.variables);
    requireAffordable(operation.cost, variables, maxCost);
    if (!operation.readsData) return { body: JSON.stringify(introspect(operation, variables)) };
    const { program } = await operation.planned(errand.admitted);
    return await program.execute(variables, errand, generation.boundary);
  };

  return async (request, log) => {
    const mediaType = answerMediaType(request.headers.accept);
    if (!mediaType) return writeAnswer({ errors: errorsOf(new HuiminError("NOT_ACCEPTABLE")) }, defaultMediaType);
    const entry = await enter(request);
    try {
      return writeWhole(await answer(entry, request, log), mediaType, entry.headers);
    } catch (error) {
      report(error, log);
      return writeAnswer({ errors: errorsOf(error) }, mediaType, entry.headers);
    }
  };
}

/** Refusals are the callers' affair and worth a line when looked for; anything else is ours. */
function report(error: unknown, log: RequestLog): void {
  if (error instanceof RequestRefused) log.debug({ err: error }, "request refused");
  else if (error instanceof HuiminError && error.code !== "INTERNAL_SERVER_ERROR") {
    log.debug({ code: error.code, detail: error.detail }, "request refused");
  } else log.error({ err: error }, "request failed");
}
