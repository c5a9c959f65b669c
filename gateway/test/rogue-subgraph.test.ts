/** A company whose subgraph does its worst to the others, to whoever asks and to the gateway itself. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { parse } from "graphql";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { compose } from "../../schema/compose.ts";
import { firstVersion, governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { createGateway } from "../server.ts";
import { type GraphAnswer, gatewayConfig, postQuery, ready } from "./city.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";
import { type RecordingSubgraph, startRecordingSubgraph } from "./recording-subgraph.ts";

const links = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`;
const officeSdl = `${links} type Query { home: Home ping: String } type Home @key(fields: "code") { code: String! street: String }`;
const waterSdl = `${links}
  type Query { offers: [String!] }
  type Subscription { dripped: String }
  type Home @key(fields: "code") { code: String! bill: Bill meter: Int anything: Anything }
  type Bill { fen: Int note: String lines: [String!] }
  scalar Anything
`;

const key = randomBytes(32);
let issuer: TestIssuer;
let office: RecordingSubgraph;
let water: Server;
/** What the company does with a request. */
let behaviour: RequestListener;
let asked = 0;
let folder: string;
let supergraph: string;
beforeAll(async () => {
  issuer = await startIssuer();
  issuer.registerSectors({ government: firstVersion, waterco: firstVersion });
  office = await startRecordingSubgraph(officeSdl, {
    Query: { home: () => ({ code: "1", street: "Long Street" }), ping: () => "pong" },
  });
  water = createServer((request, response) => {
    asked += 1;
    void text(request).then(
      () => behaviour(request, response),
      () => {},
    );
  }).listen(0, "localhost");
  await once(water, "listening");
  folder = await mkdtemp(join(tmpdir(), "huimin-"));
  supergraph = join(folder, "supergraph.graphql");
  await writeFile(
    supergraph,
    compose([
      { name: "office", url: office.url, typeDefs: parse(officeSdl) },
      { name: "water", url: waterUrl(), typeDefs: parse(waterSdl) },
    ]),
  );
});
afterAll(async () => {
  water.closeAllConnections();
  water.close();
  await Promise.all([office.close(), issuer.stop()]);
  await rm(folder, { recursive: true });
});

const waterUrl = () => `http://localhost:${(water.address() as AddressInfo).port}/graphql`;

let gateway: Awaited<ReturnType<typeof createGateway>>;
let graph: string;
let logged: string;
async function open(surroundings: { readonly gatewayUrl?: string; readonly waterUrl?: string } = {}): Promise<void> {
  logged = "";
  asked = 0;
  const port = await freePort();
  const config = await gatewayConfig({
    port,
    issuer: issuer.url,
    subgraphs: { office: office.url, water: surroundings.waterUrl ?? waterUrl() },
    ...(surroundings.gatewayUrl && { gatewayUrl: surroundings.gatewayUrl }),
    settings: {
      HUIMIN_SUPERGRAPH: supergraph,
      HUIMIN_SECTORS: "water=waterco",
      HUIMIN_PSEUDONYM_KEY: key.toString("base64url"),
    },
  });
  const write = (chunk: unknown, _encoding: unknown, done: () => void) => {
    logged += String(chunk);
    done();
  };
  gateway = await createGateway(config, createLogger("gateway", "debug", new Writable({ write })));
  graph = `${config.gatewayUrl}/graphql`;
  await ready(gateway.url);
}
const close = () => gateway.close();

async function token(): Promise<string> {
  const subject = sectorPseudonyms(key, governmentSector).seal(crypto.randomUUID());
  return await accessToken(issuer, graph, subject, { claims: { scope: "office:read water:read" } });
}

async function ask(query: string): Promise<GraphAnswer> {
  return await postQuery(gateway.url, query, { token: await token() });
}

function answering(body: string | Buffer, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/json", ...headers }).end(body);
  };
}

/** The company's answer about the one home. */
const home = (fields: object, errors?: readonly unknown[]) =>
  answering(JSON.stringify({ data: { _entities: [fields] }, ...(errors && { errors }) }));

const unavailable = (...path: (string | number)[]) => ({
  message: "A service that holds this data does not answer right now. Try again later.",
  path,
  extensions: { code: "SUBGRAPH_UNAVAILABLE" },
});

const query = "{ home { street bill { fen note } } ping }";
const others = { home: { street: "Long Street", bill: null }, ping: "pong" };

describe("what a company's subgraph says in an error", () => {
  beforeAll(() => open());
  afterAll(close);

  const lies = "Call +86 138 0000 0000 and tell us your password";
  const failing = (extensions: object, path: unknown = ["_entities", 0, "bill"]) =>
    home({ bill: null }, [{ message: lies, path, locations: [{ line: 1, column: 1 }], extensions }]);

  it.each([
    ["UNAUTHENTICATED", "SUBGRAPH_UNAVAILABLE"],
    ["TOKEN_EXPIRED", "SUBGRAPH_UNAVAILABLE"],
    ["FORBIDDEN", "FORBIDDEN"],
    ["BAD_USER_INPUT", "BAD_USER_INPUT"],
    ["SUBGRAPH_UNAVAILABLE", "SUBGRAPH_UNAVAILABLE"],
    ["INSUFFICIENT_USER_AUTHENTICATION", "SUBGRAPH_UNAVAILABLE"],
    ["DPOP_PROOF_INVALID", "INTERNAL_SERVER_ERROR"],
    ["TOKEN_INVALID", "INTERNAL_SERVER_ERROR"],
    ["RATE_LIMITED", "INTERNAL_SERVER_ERROR"],
    [lies, "INTERNAL_SERVER_ERROR"],
    [{ code: lies }, "INTERNAL_SERVER_ERROR"],
  ])("comes through as a code alone: %j", async (given, code) => {
    behaviour = failing({ code: given, acr_values: lies, max_age: 1, stacktrace: [lies], [lies]: lies });
    const { data, errors, headers } = await ask(query);
    expect(data).toEqual(others);
    expect(errors).toEqual([{ message: expect.any(String), path: ["home", "bill"], extensions: { code } }]);
    expect(JSON.stringify(errors)).not.toContain("password");
    expect(headers.get("www-authenticate")).toBeNull();
    expect(logged).not.toContain("password");
  });

  it.each([
    ["another's field", ["ping"]],
    ["another's object", ["home", "street"]],
    ["a field that nobody asked for", ["_entities", 0, lies]],
    ["an object that is not there", ["_entities", 7, "bill"]],
    ["no place that there is", ["_entities", 1e300, null, {}]],
    ["nothing", lies],
    ["a prototype", ["__proto__", "constructor"]],
  ])("blames nobody else when its path is %s", async (_what, path) => {
    behaviour = failing({ code: "FORBIDDEN" }, path);
    const { data, errors = [] } = await ask(query);
    expect(data).toEqual(others);
    for (const error of errors)
      expect(["undefined", '["home"]', '["home","bill"]']).toContain(`${JSON.stringify(error.path)}`);
    expect(JSON.stringify(errors)).not.toContain("password");
  });

  it("is bounded in number", async () => {
    const many = Array.from({ length: 5_000 }, (_, at) => ({
      message: `${at}`,
      path: ["_entities", 0, "bill", `${at}`],
    }));
    behaviour = home({ bill: null }, many);
    const { data, errors } = await ask(query);
    expect(data).toEqual(others);
    expect(errors?.length).toBeLessThanOrEqual(100);
  });
});

describe("data of a company's subgraph", () => {
  beforeAll(() => open());
  afterAll(close);

  it.each([
    ["a number too large", { bill: { fen: 2 ** 31, note: "x" } }, { fen: null, note: "x" }],
    ["a text for a number", { bill: { fen: "12", note: "x" } }, { fen: null, note: "x" }],
    ["an object for a text", { bill: { fen: 1, note: { toString: "x" } } }, { fen: 1, note: null }],
    ["a list for an object", { bill: [{ fen: 1 }] }, null],
  ])("of the wrong type is left out: %s", async (_what, given, bill) => {
    behaviour = home(given);
    const { data, errors } = await ask(query);
    expect(data).toEqual({ ...others, home: { ...others.home, bill } });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["INTERNAL_SERVER_ERROR"]);
    expect(logged).toContain("data of a subgraph does not fit the schema");
  });

  it("that was not asked for reaches neither another's field nor a prototype", async () => {
    behaviour = answering(
      '{"data":{"ping":"mine","_entities":[{"street":"mine","id":"2","__proto__":{"street":"mine","polluted":1},' +
        '"constructor":{"prototype":{"polluted":1}},"bill":{"fen":1,"note":"n"}}]},"extensions":{"ping":"mine"}}',
    );
    expect(await ask(query)).toMatchObject({
      data: { home: { street: "Long Street", bill: { fen: 1, note: "n" } }, ping: "pong" },
    });
    expect(JSON.stringify(await ask(query))).not.toContain("mine");
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("nested without end costs its own field alone", async () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    behaviour = answering(`{"data":{"_entities":[{"anything":${deep}}]}}`);
    const { data, errors } = await ask("{ home { street anything } ping }");
    expect(data).toEqual({ home: { street: "Long Street", anything: null }, ping: "pong" });
    expect(errors).toHaveLength(1);
  });
});

describe("a company's subgraph that", () => {
  beforeEach(() => open());
  afterEach(close);

  it.each([
    [
      "sends a bomb of compressed zeros",
      answering(gzipSync(Buffer.alloc(64 * 1024 * 1024)), { "content-encoding": "gzip" }),
    ],
    [
      "redirects to the metadata of the cloud",
      ((_request, response) =>
        response.writeHead(307, { location: "http://169.254.169.254/latest/meta-data/" }).end()) as RequestListener,
    ],
    ["claims a length that does not come", answering("{}", { "content-length": "1000000000" })],
  ])("%s is refused, and named in the log", async (_what, fault) => {
    behaviour = fault;
    const { data, errors } = await ask(query);
    expect(data).toEqual(others);
    expect(errors).toEqual([unavailable("home", "bill")]);
    expect(logged).toMatch(/"subgraph":"water".*a subgraph does not answer as it should/);
  });

  it("drips slows nobody else, however many ask it", async () => {
    behaviour = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => response.write(" "), 50);
      response.on("close", () => clearInterval(timer));
    };
    const hanging = Array.from({ length: 100 }, () => ask(query));
    await expect.poll(() => asked, { timeout: 4_000, interval: 10 }).toBe(64);
    const begun = performance.now();
    for (let times = 0; times < 20; times += 1) {
      expect((await ask("{ home { street } ping }")).data).toEqual({ home: { street: "Long Street" }, ping: "pong" });
    }
    expect(performance.now() - begun).toBeLessThan(3_000);
    for (const answer of await Promise.all(hanging)) expect(answer.errors).toEqual([unavailable("home", "bill")]);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe("a company's subgraph with an address inside the city's network", () => {
  afterEach(close);

  const inside = /"subgraph":"water".*INTERNAL_ADDRESS/;

  it.each([
    ["by a name", undefined],
    ["by the address itself", "http://127.0.0.1:9/graphql"],
    ["by the address of the metadata service", "http://169.254.169.254/latest/meta-data/"],
    ["by an address of IPv6 that means one of IPv4", "http://[::ffff:10.0.0.7]:9/graphql"],
  ])("is not asked, and a department's is: %s", async (_how, address) => {
    behaviour = home({ bill: { fen: 1, note: "n" } });
    await open({ gatewayUrl: "https://graph.example", ...(address && { waterUrl: address }) });
    const { data, errors } = await ask(query);
    expect({ data, errors }).toEqual({ data: others, errors: [unavailable("home", "bill")] });
    expect(asked).toBe(0);
    expect(logged).toMatch(inside);
  });

  it("is not listened to either", async () => {
    await open({ gatewayUrl: "https://graph.example" });
    const response = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${await token()}`,
      },
      body: JSON.stringify({ query: "subscription { dripped }" }),
    });
    await expect.poll(() => logged, { timeout: 5_000 }).toMatch(/"subgraph":"water".*a stream of a subgraph is lost/);
    await response.body?.cancel();
    expect(asked).toBe(0);
  });

  it("is asked on a machine where somebody tries things out", async () => {
    behaviour = home({ bill: { fen: 1, note: "n" } });
    await open();
    expect((await ask(query)).data).toEqual({
      ...others,
      home: { street: "Long Street", bill: { fen: 1, note: "n" } },
    });
  });
});
