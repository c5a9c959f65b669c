/** A small city for the gateway's tests: an issuer, seven subgraphs, and the gateway between them. */
import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import { exportJWK, generateKeyPair } from "jose";
import { es256PrivateJwk, loadConfig } from "../../platform/config.ts";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import type { SectorVersions } from "../../trust/pseudonym.ts";
import type { AnswerError } from "../answer.ts";
import { type GatewayConfig, gatewaySpec } from "../config.ts";
import { createGateway } from "../server.ts";
import { accessToken, startIssuer, type TestIssuer, type TokenFlaws } from "./issuer.ts";
import {
  companyCallKey,
  type SubgraphName,
  sharedCallKey,
  startSubgraph,
  subgraphNames,
  type TestSubgraph,
} from "./subgraphs.ts";

export interface TestCity {
  readonly issuer: TestIssuer;
  readonly gatewayUrl: string;
  readonly subgraphs: Readonly<Record<SubgraphName, TestSubgraph>>;
  /** Everything that the gateway has logged so far. */
  readonly logged: () => string;
  /** An access token for `subject`. */
  token(subject: string, flaws?: TokenFlaws): Promise<string>;
  /** Posts a query. */
  query(query: string, options?: QueryOptions): Promise<GraphAnswer>;
  closeGateway(): Promise<void>;
  close(): Promise<void>;
}

export interface QueryOptions {
  readonly token?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly AnswerError[];
}

/** What a test may put in the place of the city's parts. */
export interface CityOptions {
  /** URLs of other servers in the place of subgraphs. */
  readonly elsewhere?: Partial<Record<SubgraphName, string>>;
  /** Starts another identity provider for the gateway at that URL; gives its issuer identifier. */
  readonly identity?: (gatewayUrl: string) => Promise<string>;
  /** Further settings of the gateway, by their variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The registered sectors, as the issuer tells them. */
  readonly sectors?: Readonly<Record<string, SectorVersions>>;
}

/** Starts the city. */
export async function startCity(options: CityOptions = {}): Promise<TestCity> {
  const { elsewhere = {}, identity, settings, sectors = {} } = options;
  const issuer = await startIssuer();
  issuer.registerSectors(sectors);
  const port = await freePort();
  const gatewayUrl = `http://localhost:${port}`;
  const isCompany = (name: string) => settings?.HUIMIN_SECTORS?.split(",").some((each) => each.startsWith(`${name}=`));
  const subgraphs = await startSubgraphs(gatewayUrl, (name) => (isCompany(name) ? companyCallKey.own : sharedCallKey));
  const log = collectLog();
  const gateway = await createGateway(
    await gatewayConfig({
      port,
      issuer: identity ? await identity(gatewayUrl) : issuer.url,
      subgraphs: Object.fromEntries(subgraphNames.map((name) => [name, elsewhere[name] ?? subgraphs[name].url])),
      callKeys: Object.fromEntries(
        subgraphNames.flatMap((name) =>
          elsewhere[name] ? [] : [[name, isCompany(name) ? companyCallKey.gateway : sharedCallKey]],
        ),
      ),
      settings,
    }),
    createLogger("gateway", "debug", log.stream),
  );
  await ready(gateway.url);
  let closing: Promise<void> | undefined;
  const closeGateway = () => {
    closing ??= gateway.close();
    return closing;
  };
  return {
    issuer,
    gatewayUrl,
    subgraphs,
    logged: log.text,
    token: (subject, flaws) => accessToken(issuer, `${gatewayUrl}/graphql`, subject, flaws),
    query: (query, options) => postQuery(gatewayUrl, query, options),
    closeGateway,
    close: async () => {
      await closeGateway();
      await Promise.all([issuer.stop(), ...Object.values(subgraphs).map((subgraph) => subgraph.close())]);
    },
  };
}

/** A citizen ID in the form of the government sector; of nobody. */
export function newCitizenId(): string {
  return `hm1_${randomBytes(32).toString("base64url")}`;
}

/** What a gateway in a test is told of its surroundings. */
interface GatewaySurroundings {
  readonly port: number;
  readonly issuer: string;
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly gatewayUrl?: string;
  /** With what calls are signed, by subgraph; not at all where nothing is said. */
  readonly callKeys?: Readonly<Record<string, string>>;
  /** Further settings, by their variables. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** The configuration of a gateway, read as its `main.ts` reads it. Tests send more than a person does. */
export async function gatewayConfig(surroundings: GatewaySurroundings): Promise<GatewayConfig> {
  const { port, issuer, subgraphs, gatewayUrl = `http://localhost:${port}`, callKeys = {}, settings } = surroundings;
  return loadConfig("gateway", gatewaySpec, {
    HUIMIN_PORT: String(port),
    HUIMIN_ISSUER: issuer,
    HUIMIN_GATEWAY_URL: gatewayUrl,
    HUIMIN_SIGNING_KEY: JSON.stringify(await newSigningKey()),
    HUIMIN_SUBGRAPHS: Object.entries(subgraphs)
      .map((entry) => entry.join("="))
      .join(","),
    HUIMIN_SUBGRAPH_KEYS: Object.keys(subgraphs)
      .map((name) => `${name}=${callKeys[name] ?? "none"}`)
      .join(","),
    HUIMIN_RATE_LIMITS: "citizen=100000,client=100000,address=100000",
    ...settings,
  });
}

/** The signing key of a gateway, as its configuration holds it. */
export async function newSigningKey() {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return es256PrivateJwk.parse(JSON.stringify({ ...(await exportJWK(privateKey)), kid: crypto.randomUUID() }));
}

async function startSubgraphs(
  gatewayUrl: string,
  keyOf: (name: SubgraphName) => string,
): Promise<Record<SubgraphName, TestSubgraph>> {
  const start = (name: SubgraphName) => startSubgraph(name, gatewayUrl, undefined, keyOf(name));
  const [citizen, health, pension, employment, utilities, water, power] = await Promise.all([
    start("citizen"),
    start("health"),
    start("pension"),
    start("employment"),
    start("utilities"),
    start("water"),
    start("power"),
  ]);
  return { citizen, health, pension, employment, utilities, water, power };
}

function collectLog() {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}

/** Waits until the gateway says that it is ready. */
export async function ready(url: string): Promise<void> {
  while ((await fetch(`${url}/health/ready`)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Posts a query to a gateway. */
export async function postQuery(
  gatewayUrl: string,
  query: string,
  { token, variables, headers }: QueryOptions = {},
): Promise<GraphAnswer> {
  const response = await fetch(`${gatewayUrl}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Pick<GraphAnswer, "data" | "errors">;
  return {
    status: response.status,
    headers: response.headers,
    ...(data !== undefined && { data }),
    ...(errors && { errors }),
  };
}
