/** A town of departments and companies, each company a sector; what reached each subgraph is written down byte by byte. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { buildSubgraphSchema, type GraphQLResolverMap } from "@apollo/subgraph";
import { graphql, parse } from "graphql";
import { createHandler as createEventHandler } from "graphql-sse/lib/use/http";
import { decodeJwt } from "jose";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { compose } from "../../schema/compose.ts";
import { firstVersion, governmentSector, type SectorPseudonyms, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { type SharedKeys, sharedKeys } from "../../trust/shared-key.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { createGateway } from "../server.ts";
import { type GraphAnswer, gatewayConfig, postQuery, ready } from "./city.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";

/** For whom a call comes, by the subgraph's own form. */
export interface TownContext {
  readonly subject: string;
}

export interface TownSubgraph {
  readonly sdl: string;
  readonly resolvers: GraphQLResolverMap<TownContext>;
  /** Missing for a department. */
  readonly sector?: string;
  /** How its answers are written; as JSON unless given. */
  readonly write?: (answer: object) => string;
}

/** One request as it came over the wire. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SectorTown {
  readonly url: string;
  /** What reached each subgraph. */
  readonly received: ReadonlyMap<string, Received[]>;
  readonly logged: () => string;
  /** What the gateway has had recorded, and with what that is answered. */
  readonly record: TestIssuer["record"];
  /** The forms of a sector. */
  forms(sector: string): SectorPseudonyms;
  /** The forms that shared keys have in a sector. */
  keys(sector: string): SharedKeys;
  /** An access token of a citizen for a client of the sector. */
  token(sector: string, citizenId: string, claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Asks as a citizen through a client of the sector. */
  ask(
    sector: string,
    citizenId: string,
    query: string,
    variables?: Readonly<Record<string, unknown>>,
  ): Promise<GraphAnswer>;
  /** Asks with an access token. */
  askWith(token: string, query: string, variables?: Readonly<Record<string, unknown>>): Promise<GraphAnswer>;
  close(): Promise<void>;
}

/** Starts it, with the sectors that are registered beside those of its companies. */
export async function startSectorTown(
  subgraphs: Readonly<Record<string, TownSubgraph>>,
  settings: Readonly<Record<string, string>> = {},
  registered: readonly string[] = [],
): Promise<SectorTown> {
  const key = randomBytes(32);
  const servers = await Promise.all(
    Object.entries(subgraphs).map(async ([name, subgraph]) => ({ name, subgraph, ...(await serve(subgraph)) })),
  );
  const sectorOf = servers.flatMap(({ name, subgraph: { sector } }) => (sector === undefined ? [] : [[name, sector]]));
  const sectors = [governmentSector, ...sectorOf.map(([, sector = ""]) => sector), ...registered];
  const issuer = await startIssuer();
  issuer.registerSectors(Object.fromEntries(sectors.map((sector) => [sector, firstVersion])));
  const folder = await mkdtemp(join(tmpdir(), "huimin-"));
  const file = join(folder, "supergraph.graphql");
  await writeFile(
    file,
    compose(servers.map(({ name, url, subgraph: { sdl } }) => ({ name, url, typeDefs: parse(sdl) }))),
  );
  const port = await freePort();
  let log = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  const config = await gatewayConfig({
    port,
    issuer: issuer.url,
    subgraphs: Object.fromEntries(servers.map(({ name, url }) => [name, url])),
    settings: {
      HUIMIN_SUPERGRAPH: file,
      HUIMIN_PSEUDONYM_KEY: key.toString("base64url"),
      ...(sectorOf.length > 0 && { HUIMIN_SECTORS: sectorOf.map((pair) => pair.join("=")).join(",") }),
      ...settings,
    },
  });
  const gateway = await createGateway(config, createLogger("gateway", "debug", stream));
  await ready(gateway.url);
  const scope = servers.map(({ name }) => `${name}:read`).join(" ");
  const forms = (sector: string) => sectorPseudonyms(key, sector);
  const token: SectorTown["token"] = (sector, citizenId, claims = {}) =>
    accessToken(issuer, `${gateway.url}/graphql`, forms(sector).seal(citizenId), {
      claims: { sector, scope, ...claims },
    });
  const askWith: SectorTown["askWith"] = async (token, query, variables = {}) =>
    await postQuery(gateway.url, query, { token, variables });
  return {
    url: gateway.url,
    received: new Map(servers.map(({ name, received }) => [name, received])),
    logged: () => log,
    record: issuer.record,
    forms,
    keys: (sector) => sharedKeys(key, sector),
    token,
    ask: async (sector, citizenId, query, variables) => await askWith(await token(sector, citizenId), query, variables),
    askWith,
    async close() {
      await gateway.close();
      await Promise.all([issuer.stop(), ...servers.map(({ close }) => close())]);
      await rm(folder, { recursive: true });
    },
  };
}

async function serve({ sdl, resolvers, write = JSON.stringify }: TownSubgraph) {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
  const received: Received[] = [];
  const events = createEventHandler({ schema, context: ({ raw }) => contextOf(raw.headers) });
  const server = createServer(async (request, response) => {
    const { headers } = request;
    if (headers.accept?.includes("text/event-stream")) {
      received.push({ headers, body: "" });
      await events(request, response).catch(() => {});
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    received.push({ headers, body });
    const { query: source, variables: variableValues } = JSON.parse(body);
    const answer = await graphql({ schema, source, variableValues, contextValue: contextOf(headers) });
    response.setHeader("content-type", "application/json");
    response.end(write(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    received,
    url: `http://localhost:${(server.address() as AddressInfo).port}/graphql`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function contextOf(headers: IncomingHttpHeaders): Record<"subject", string> {
  return { subject: String(decodeJwt(String(headers[transactionTokenHeader])).sub) };
}
