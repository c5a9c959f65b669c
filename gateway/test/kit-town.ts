/** One subgraph on the kit and the gateway in front of it, either of which can be replaced while calls flow. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Duplex, PassThrough, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "graphql";
import { createHttpServer } from "../../platform/http.ts";
import type { RunningService } from "../../platform/lifecycle.ts";
import { createLogger } from "../../platform/log.ts";
import { compose } from "../../schema/compose.ts";
import { gatewayKeys } from "../../subgraphs/kit/gateway-keys.ts";
import type { SubgraphResolvers } from "../../subgraphs/kit/resolvers.ts";
import { mountSubgraph } from "../../subgraphs/kit/subgraph.ts";
import { callKey } from "../../trust/call-keys.ts";
import { firstVersion, governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { createGateway } from "../server.ts";
import { gatewayConfig, newSigningKey, ready } from "./city.ts";
import { accessToken, startIssuer, type TokenFlaws } from "./issuer.ts";

export interface KitTown {
  /** Where clients reach whichever gateway it is. */
  readonly gatewayUrl: string;
  /** The gateway of the moment itself, for what is more than a request. */
  direct(): string;
  /** Everything that gateways and subgraphs have logged so far. */
  logged(): string;
  /** A token of the one citizen. */
  token(flaws?: TokenFlaws): Promise<string>;
  /** Puts a subgraph with this `HUIMIN_CALL_KEY` in the place of the one before, which finishes what it has begun. */
  replaceSubgraph(key: string): Promise<void>;
  /** The same for the gateway, with this entry of `HUIMIN_SUBGRAPH_KEYS` for the subgraph, and further settings. */
  replaceGateway(key: string, settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts one more, which the subgraph does not find. */
  addGateway(key: string, settings: Readonly<Record<string, string>>): Promise<RunningService>;
  /** What whoever stands between the two makes of an answer's body; nothing unless given. */
  tamper(change: (() => Duplex) | undefined): void;
  close(): Promise<void>;
}

export interface TownOptions {
  readonly sdl: string;
  readonly resolvers: SubgraphResolvers;
  /** Whether the subgraph `shop` is a company's. */
  readonly isCompany: boolean;
  readonly subgraphKey: string;
  readonly gatewayKey: string;
}

/** Starts it. */
export async function startKitTown(options: TownOptions): Promise<KitTown> {
  const { sdl, resolvers, isCompany } = options;
  const issuer = await startIssuer();
  issuer.registerSectors({ government: firstVersion, shopco: firstVersion });
  const pseudonymKey = randomBytes(32);
  const subject = sectorPseudonyms(pseudonymKey, governmentSector).seal(crypto.randomUUID());
  let change: (() => Duplex) | undefined;
  const [shop, graph] = [await startRelay(() => change), await startRelay()];
  const folder = await mkdtemp(join(tmpdir(), "huimin-"));
  const supergraph = join(folder, "supergraph.graphql");
  await writeFile(supergraph, compose([{ name: "shop", url: `${shop.url}/graphql`, typeDefs: parse(sdl) }]));
  const signingKey = JSON.stringify(await newSigningKey());
  let logged = "";
  const log = (name: string) =>
    createLogger(
      name,
      "debug",
      new Writable({
        write(chunk, _encoding, done) {
          logged += String(chunk);
          done();
        },
      }),
    );

  const startShop = async (key: string): Promise<RunningService> => {
    const app = createHttpServer({ log: log("shop"), ready: {} });
    const gateway = { issuer: graph.url, keys: gatewayKeys(graph.url) };
    mountSubgraph(app, { name: "shop", sdl, resolvers, loaders: () => null, callKey: callKey.parse(key), gateway });
    return { url: await app.listen({ port: 0, host: "localhost" }), close: () => app.close() };
  };
  const startGateway = async (
    key: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<RunningService> => {
    const config = await gatewayConfig({
      port: 0,
      issuer: issuer.url,
      subgraphs: { shop: `${shop.url}/graphql` },
      gatewayUrl: graph.url,
      callKeys: { shop: key },
      settings: {
        HUIMIN_PORT: "1",
        HUIMIN_SUPERGRAPH: supergraph,
        HUIMIN_SIGNING_KEY: signingKey,
        HUIMIN_PSEUDONYM_KEY: pseudonymKey.toString("base64url"),
        ...(isCompany && { HUIMIN_SECTORS: "shop=shopco" }),
        ...settings,
      },
    });
    const gateway = await createGateway({ ...config, port: 0 }, log("gateway"));
    await ready(gateway.url);
    return gateway;
  };

  await shop.lead(await startShop(options.subgraphKey));
  await graph.lead(await startGateway(options.gatewayKey));
  return {
    gatewayUrl: graph.url,
    logged: () => logged,
    direct: graph.leadsTo,
    token: (flaws) => {
      const claims = { scope: "shop:read", ...flaws?.claims };
      return accessToken(issuer, `${graph.url}/graphql`, subject, { ...flaws, claims });
    },
    replaceSubgraph: async (key) => shop.lead(await startShop(key)),
    replaceGateway: async (key, settings) => graph.lead(await startGateway(key, settings)),
    addGateway: startGateway,
    tamper: (made) => {
      change = made;
    },
    async close() {
      await graph.close();
      await shop.close();
      await issuer.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** An address that stays while what answers there is replaced. */
async function startRelay(change: () => (() => Duplex) | undefined = () => undefined) {
  let current: { readonly service: RunningService; inFlight: number } | undefined;
  const agent = new Agent({ keepAlive: false });
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const place = current;
    if (!place) return void outgoing.writeHead(503).end();
    place.inFlight += 1;
    const onward = request(
      `${place.service.url}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers, agent },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        outgoing.flushHeaders();
        response.pipe(change()?.() ?? new PassThrough()).pipe(outgoing);
        response.on("aborted", () => outgoing.destroy());
      },
    );
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => {
      place.inFlight -= 1;
      onward.destroy();
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    leadsTo: () => current?.service.url ?? "",
    /** Leads to this one from now on; the one before ends when it has answered what it was asked. */
    async lead(next: RunningService): Promise<void> {
      const before = current;
      current = { service: next, inFlight: 0 };
      while (before && before.inFlight > 0) await delay(5);
      await before?.service.close();
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await current?.service.close();
    },
  };
}
