/** Two companies and the city in one graph: by what names each is told of the same citizen. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parse } from "graphql";
import { exportJWK, generateKeyPair } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatewaySpec } from "../gateway/config.ts";
import { createGateway } from "../gateway/server.ts";
import { createEntryFolder, inFourLanguages, runAdmin, waterClient } from "../identity/test/support/admin.ts";
import { aygul } from "../identity/test/support/citizens.ts";
import { fapi2Client, portalClient, proofs, redeem, signIn, type TestClient } from "../identity/test/support/client.ts";
import { startTestIdentity, type TestIdentity } from "../identity/test/support/identity.ts";
import { loadConfig } from "../platform/config.ts";
import { createLogger } from "../platform/log.ts";
import { createTestDatabase } from "../platform/test/database.ts";
import { compose } from "../schema/compose.ts";
import type { SubgraphContext } from "../subgraphs/kit/context.ts";
import type { CitizenReference } from "../subgraphs/kit/rights.ts";
import { startSubgraph } from "../subgraphs/kit/service.ts";
import { callKey } from "../trust/call-keys.ts";

/** The subgraphs beside the citizen's: two companies' and a department's, each with its sector. */
const sectors = { water: "waterco", savings: "savingsbank", library: "government" } as const;
type SubgraphName = keyof typeof sectors;
const names = Object.keys(sectors) as SubgraphName[];

const log = createLogger("test", "silent");
const pairOf = () => {
  const { d = "", x = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { own: callKey.parse(`ed25519:${d}`), gateway: `ed25519:${x}` };
};
const callKeys: Readonly<Record<SubgraphName, ReturnType<typeof pairOf>>> = {
  water: pairOf(),
  savings: pairOf(),
  library: pairOf(),
};
/** By what names a subgraph was last told of a citizen: who asks, and about whom. */
const seen: Partial<Record<SubgraphName, { readonly subject: string; readonly asked: string }>> = {};
const closing: (() => Promise<unknown>)[] = [];
let identity: TestIdentity;
let clients: Readonly<Record<"waterco" | "savingsbank" | "portal", TestClient>>;

const sdlOf = (name: SubgraphName) => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar CitizenID
  type Citizen @key(fields: "id") { id: CitizenID! ${name}: ${name}_Card }
  type ${name}_Card { holder: CitizenID! }`;

/** A whole service on the kit that gives each citizen a card in her name. */
async function startCards(name: SubgraphName, gatewayUrl: string, databaseUrl: string, migrations: URL) {
  const resolvers = {
    Citizen: {
      [name]: ({ id }: CitizenReference, _arguments: unknown, { caller }: SubgraphContext) => {
        seen[name] = { subject: caller.subject, asked: id };
        return { holder: id };
      },
    },
  };
  const config = {
    logLevel: "silent",
    host: "localhost",
    port: 0,
    gatewayUrl,
    databaseUrl,
    redisUrl: undefined,
    callKey: callKeys[name].own,
  } as const;
  const service = await startSubgraph(
    { name, sdl: sdlOf(name), migrations, loaders: () => null, resolvers },
    config,
    log,
  );
  closing.unshift(service.close);
  return service.url;
}

async function startGraph({ config, issuer }: TestIdentity): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "huimin-company-"));
  const database = await createTestDatabase();
  closing.push(database.drop, () => rm(folder, { recursive: true }));
  const { gatewayUrl } = config;
  const migrations = pathToFileURL(`${await mkdtemp(join(folder, "migrations-"))}/`);
  const urls = await Promise.all(names.map((name) => startCards(name, gatewayUrl, database.url, migrations)));
  const citizen = readFileSync(new URL("../schema/citizen.graphql", import.meta.url), "utf8");
  const sdls = [["citizen", citizen] as const, ...names.map((name) => [name, sdlOf(name)] as const)];
  const supergraph = compose(
    sdls.map(([name, sdl]) => ({ name, url: `http://${name}.subgraph.invalid/graphql`, typeDefs: parse(sdl) })),
  );
  const supergraphFile = join(folder, "supergraph.graphql");
  await writeFile(supergraphFile, supergraph);
  const addresses = [`citizen=${issuer}/subgraph`, ...names.map((name, index) => `${name}=${urls[index]}/graphql`)];
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const environment = {
    HUIMIN_PORT: new URL(gatewayUrl).port,
    HUIMIN_ISSUER: issuer,
    HUIMIN_GATEWAY_URL: gatewayUrl,
    HUIMIN_SIGNING_KEY: JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid: "gateway" }),
    HUIMIN_SUPERGRAPH: supergraphFile,
    HUIMIN_SUBGRAPHS: addresses.join(","),
    HUIMIN_SUBGRAPH_KEYS: [
      `citizen=hmac-sha256:${Buffer.from(config.callKey.bytes).toString("base64url")}`,
      ...names.map((name) => `${name}=${callKeys[name].gateway}`),
    ].join(","),
    HUIMIN_SECTORS: names
      .flatMap((name) => (sectors[name] === "government" ? [] : `${name}=${sectors[name]}`))
      .join(","),
    HUIMIN_PSEUDONYM_KEY: Buffer.from(config.pseudonymKey).toString("base64url"),
  };
  const gateway = await createGateway(loadConfig("gateway", gatewaySpec, environment), log);
  closing.unshift(gateway.close);
  while ((await fetch(`${gateway.url}/health/ready`)).status !== 200) await delay(50);
}

/** Registers by files, as the operator does it. */
async function apply(register: string, entries: readonly object[]): Promise<void> {
  const folder = await createEntryFolder();
  for (const [index, entry] of entries.entries()) await folder.write(`${index}.json`, entry);
  const { code, complaints } = await runAdmin(identity, `${register} apply ${folder.path}`);
  await folder.remove();
  expect([code, complaints]).toEqual([0, []]);
}

/** A company's program, with a key of its own. */
async function registerCompany(sector: "waterco" | "savingsbank"): Promise<TestClient> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: sector, alg: "ES256", use: "sig" }] };
  const redirectUri = `https://${sector}.example/callback`;
  await apply("sectors", [{ sector, kind: "company", organisation: sector }]);
  await apply("clients", [await waterClient({ client_id: sector, sector, redirect_uris: [redirectUri], jwks })]);
  return await fapi2Client(identity.issuer, sector, redirectUri, { key: privateKey, kid: sector });
}

beforeAll(async () => {
  identity = await startTestIdentity();
  closing.push(identity.close);
  const scopes = names.map((name) => ({ scope: `${name}:read`, resource: "graph", description: inFourLanguages }));
  await apply("scopes", scopes);
  clients = {
    waterco: await registerCompany("waterco"),
    savingsbank: await registerCompany("savingsbank"),
    portal: await portalClient(identity),
  };
  await identity.restart();
  await startGraph(identity);
});
afterAll(async () => {
  for (const close of closing) await close();
});

/** Signs her in to a client, for the graph or for what identity itself tells of her. */
async function signInTo(client: TestClient, resource: "graph" | null) {
  const scope = ["openid", ...(resource === null ? [] : ["citizen:read", ...names.map((name) => `${name}:read`)])];
  const parameters = { scope: scope.join(" "), resource: resource && identity.graph };
  const attempt = await signIn(identity, client, aygul, { parameters });
  if (!attempt.page.leavesTo) {
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
    return await redeem(client, { ...attempt, page });
  }
  return await redeem(client, attempt);
}

async function askGraph(client: TestClient, token: string) {
  const query = `{ me { id ${names.map((name) => `${name} { holder }`).join(" ")} } }`;
  const headers = new Headers({ "content-type": "application/json", accept: "application/graphql-response+json" });
  const body = JSON.stringify({ query });
  const url = new URL(identity.graph);
  const response = await oidc.fetchProtectedResource(
    client.configuration,
    token,
    url,
    "POST",
    body,
    headers,
    proofs(client),
  );
  return await response.json();
}

describe("a citizen whom the city and two companies know", () => {
  it("is to a company's subgraph whom identity names to the company's client, as sub and at userinfo", async () => {
    for (const name of ["water", "savings"] as const) {
      const client = clients[sectors[name]];
      const tokens = await signInTo(client, "graph");
      const sub = tokens.claims()?.sub ?? "";
      const answer = await askGraph(client, tokens.access_token);
      expect(seen[name]).toEqual({ subject: sub, asked: sub });
      // Whatever the graph says of her to this client names her by the same name, whichever subgraph said it.
      const card = { holder: sub };
      expect(answer).toEqual({ data: { me: { id: sub, water: card, savings: card, library: card } } });
      const plain = await signInTo(client, null);
      const userinfo = await oidc.fetchUserInfo(client.configuration, plain.access_token, sub, proofs(client));
      expect([plain.claims()?.sub, userinfo.sub]).toEqual([sub, sub]);
    }
  });

  it("is somebody else to each of them, and to the departments one and the same, whoever asked", async () => {
    const departments = (await signInTo(clients.portal, "graph")).claims()?.sub;
    for (const client of [clients.waterco, clients.savingsbank, clients.portal]) {
      const { access_token: token } = await signInTo(client, "graph");
      await askGraph(client, token);
      expect(seen.library).toEqual({ subject: departments, asked: departments });
    }
    const everyName = new Set([seen.water?.subject, seen.savings?.subject, departments]);
    expect(everyName.size).toBe(3);
    for (const name of everyName) expect(name).toMatch(/^hm1_/);
  });
});
