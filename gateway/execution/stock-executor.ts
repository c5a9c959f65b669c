/** Execution by the executor of @apollo/gateway; every fetch goes through the boundary. */
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from "@apollo/federation-internals";
import { executeQueryPlan } from "@apollo/gateway";
import { isErrorCode } from "../../trust/errors.ts";
import type { Errand, RequestLog } from "../admission/admit.ts";
import { type Answer, type AnswerError, answerError } from "../answer.ts";
import type { Boundary, SubgraphAnswer, SubgraphError, SubgraphRequest } from "../boundary/boundary.ts";
import type { Variables } from "../operation/operation.ts";
import type { LoadedSupergraph } from "../supergraph/supergraph.ts";
import type { Executor } from "./executor.ts";
import { lostFields } from "./lost-fields.ts";

type ServiceMap = Parameters<typeof executeQueryPlan>[1];
type RequestContext = Parameters<typeof executeQueryPlan>[2];
type GatewayResult = Awaited<ReturnType<typeof executeQueryPlan>>;
type DataSource = ServiceMap[string];

/** Makes the stock executor. Its service map is asked on behalf of whoever is in the request's context. */
export function createStockExecutor(supergraph: LoadedSupergraph, boundary: Boundary): Executor {
  const built = Supergraph.build(supergraph.sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  const apiSchema = built.apiSchema();
  const schema = apiSchema.toGraphQLJSSchema();
  const supergraphSchema = built.schema.toGraphQLJSSchema();
  const services: ServiceMap = Object.fromEntries(
    [...supergraph.addresses.keys()].map((name) => [name, dataSource(name, boundary)]),
  );
  return {
    async execute(operation, variables, errand) {
      const { plan } = await operation.planned(errand.admitted);
      const result = await executeQueryPlan(
        plan,
        services,
        requestContext(variables, errand),
        { schema, operation: operation.definition, fragments: operation.fragments },
        supergraphSchema,
        apiSchema,
      );
      return toAnswer(result, errand.log);
    },
  };
}

/** executeQueryPlan reads these members alone; the rest of the type is for Apollo Server's plugins. */
function requestContext(variables: Variables, errand: Errand): RequestContext {
  return { request: { variables }, context: { errand }, metrics: {}, logger: errand.log } as unknown as RequestContext;
}

function dataSource(subgraph: string, boundary: Boundary): DataSource {
  return {
    async process({ request, context }) {
      const { query = "", variables = {} } = request;
      const subgraphRequest = toSubgraphRequest(query, variables);
      const { data, errors } = await boundary.call(subgraph, subgraphRequest, context.errand);
      return { data, errors: errors.flatMap((error) => placed(error, data, query, variables)).map(toGraphQLError) };
    },
  };
}

function toSubgraphRequest(query: string, { representations, ...rest }: Variables): SubgraphRequest {
  const entities = Array.isArray(representations)
    ? [{ variable: "representations", responseName: "_entities", representations: representations.map(toJson) }]
    : [];
  return {
    kind: query.startsWith("mutation") ? "mutation" : "query",
    query,
    queryJson: JSON.stringify(query),
    variables: JSON.stringify(rest).slice(1, -1),
    entities,
  };
}

function toJson(value: unknown): string {
  return JSON.stringify(value);
}

/** An error without a path that left nothing is said once for each field that is lost by it. */
function placed(
  error: SubgraphError,
  data: SubgraphAnswer["data"],
  query: string,
  { representations }: Variables,
): SubgraphError[] {
  if (error.path !== undefined || data !== null) return [error];
  const paths = lostFields(query, Array.isArray(representations) ? representations : undefined);
  return paths.map((path) => ({ ...error, path }));
}

function toGraphQLError({ code, message, path }: SubgraphError) {
  return { message, extensions: { code }, ...(path && { path }) };
}

/** Data that does not fit the schema is reported by the executor as `valueCompletion`, beside the data. */
function toAnswer({ data, errors, extensions }: GatewayResult, log: RequestLog): Answer {
  const misfits: GatewayResult["errors"] = extensions?.valueCompletion ?? [];
  const all = [...(errors ?? []), ...(misfits ?? [])].map((error) => mask(error, log));
  return { data: data ?? null, ...(all.length > 0 && { errors: all }) };
}

/**
 * Only errors that came through the boundary have a code of the catalogue. The others quote the data that
 * did not fit, so their messages go neither to the caller nor to the log.
 */
function mask(error: NonNullable<GatewayResult["errors"]>[number], log: RequestLog): AnswerError {
  const { message, path, extensions } = error;
  const place = path && { path };
  if (isErrorCode(extensions?.code)) return { ...answerError(extensions.code, message), ...place };
  log.error({ path }, "data of a subgraph does not fit the schema");
  return { ...answerError("INTERNAL_SERVER_ERROR"), ...place };
}
