/** The town's subgraphs as servers that remember what reached them. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSubgraphSchema, type GraphQLResolverMap } from "@apollo/subgraph";
import { graphql, parse } from "graphql";
import { createHandler as createEventHandler } from "graphql-sse/lib/use/http";
import { decodeJwt } from "jose";
import { sharedCallKey } from "../../../gateway/test/subgraphs.ts";
import { createHttpServer } from "../../../platform/http.ts";
import { createLogger } from "../../../platform/log.ts";
import { gatewayKeys } from "../../../subgraphs/kit/gateway-keys.ts";
import { type MayRead, selfOrForPurpose } from "../../../subgraphs/kit/rights.ts";
import { mountSubgraph } from "../../../subgraphs/kit/subgraph.ts";
import { callKey } from "../../../trust/call-keys.ts";
import { transactionTokenHeader } from "../../../trust/transaction-token.ts";
import { believingResolvers, departmentResolvers, type TownSubgraph } from "./schemas.ts";

/** A request as it came. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SubgraphServer {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** A subgraph whose answers a test can forge. */
export interface BelievingServer extends SubgraphServer {
  /** Answers in its place from now on; undefined gives it its own answers back. */
  forge(answer: RequestListener | undefined): void;
}

/** A department on the kit. */
export async function startDepartment(
  name: keyof typeof departmentResolvers,
  sdl: string,
  gatewayUrl: string,
  mayRead: MayRead = selfOrForPurpose,
): Promise<SubgraphServer> {
  const received: Received[] = [];
  const app = createHttpServer({ log: createLogger(name, "silent"), ready: {} });
  app.addHook("preHandler", async ({ headers, body }) => {
    received.push({ headers, body: String(body) });
  });
  mountSubgraph(app, {
    name,
    sdl,
    resolvers: departmentResolvers[name],
    loaders: () => ({}),
    callKey: callKey.parse(sharedCallKey),
    gateway: { issuer: gatewayUrl, keys: gatewayKeys(gatewayUrl) },
    mayRead,
  });
  await app.listen({ port: 0, host: "localhost" });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://localhost:${port}/graphql`, received, close: () => app.close() };
}

/** A subgraph that believes whatever comes: a company's, or a department's without the kit. */
export async function startBelieving(name: TownSubgraph, sdl: string): Promise<BelievingServer> {
  const resolvers = believingResolvers[name] as GraphQLResolverMap<unknown>;
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
  const received: Received[] = [];
  let forged: RequestListener | undefined;
  const stream = createEventHandler({ schema, context: ({ raw }) => ({ subject: subjectIn(raw.headers) }) });
  const server = createServer(async (request, response) => {
    if (request.headers.accept?.includes("text/event-stream")) {
      received.push({ headers: request.headers, body: "" });
      await stream(request, response).catch(() => response.destroy());
      return;
    }
    let body = "";
    for await (const chunk of request) body += String(chunk);
    received.push({ headers: request.headers, body });
    if (forged) return forged(request, response);
    const { query: source, variables: variableValues } = JSON.parse(body);
    const contextValue = { subject: subjectIn(request.headers) };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(await graphql({ schema, source, variableValues, contextValue })));
  }).listen(0, "localhost");
  await once(server, "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/graphql`,
    received,
    forge: (answer) => {
      forged = answer;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Whom it believes to serve. */
function subjectIn(headers: IncomingHttpHeaders): string {
  try {
    return String(decodeJwt(String(headers[transactionTokenHeader])).sub);
  } catch {
    return "somebody";
  }
}
