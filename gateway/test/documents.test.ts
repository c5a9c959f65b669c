/** Documents that are sent by their names: Automatic Persisted Queries and the safelist. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../platform/config.ts";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createDocuments } from "../http/documents.ts";
import { createGateway } from "../server.ts";
import { gatewayConfig, startCity, type TestCity } from "./city.ts";

const log = createLogger("documents", "silent");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const persisted = (hash: string, version = 1) => ({ persistedQuery: { version, sha256Hash: hash } });

interface Answered {
  readonly status: number;
  readonly data?: unknown;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

async function answered(response: Response): Promise<Answered> {
  const { data, errors } = (await response.json()) as {
    data?: unknown;
    errors?: { message: string; extensions: { code: string } }[];
  };
  return { status: response.status, data, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

async function post(city: TestCity, body: object, accept = "application/graphql-response+json"): Promise<Answered> {
  const headers = { "content-type": "application/json", accept };
  return await answered(
    await fetch(`${city.gatewayUrl}/graphql`, { method: "POST", headers, body: JSON.stringify(body) }),
  );
}

describe("Automatic Persisted Queries", () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await startCity();
  });
  afterAll(() => city.close());

  it("asks for a document that it does not know, keeps it, and runs it by its hash from then on", async () => {
    const query = "query First { __typename }";
    const extensions = persisted(sha256(query));
    expect(await post(city, { extensions })).toMatchObject({
      status: 400,
      code: "PERSISTED_QUERY_NOT_FOUND",
      message: "PersistedQueryNotFound",
    });
    expect(await post(city, { query, extensions })).toEqual({ status: 200, data: { __typename: "Query" } });
    expect(await post(city, { extensions })).toEqual({ status: 200, data: { __typename: "Query" } });
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const get = await fetch(`${city.gatewayUrl}/graphql?${search}`, {
      headers: { "apollo-require-preflight": "true" },
    });
    expect(await answered(get)).toEqual({ status: 200, data: { __typename: "Query" } });
  });

  it("answers clients of plain JSON with 200, as they expect", async () => {
    const unknown = await post(city, { extensions: persisted(sha256("unknown")) }, "application/json");
    expect(unknown).toMatchObject({ status: 200, code: "PERSISTED_QUERY_NOT_FOUND" });
  });

  it("refuses a document under the hash of another, and keeps it under none", async () => {
    const query = "query Second { __typename }";
    const extensions = persisted(sha256("query Other { __typename }"));
    expect(await post(city, { query, extensions })).toMatchObject({ status: 400, code: "BAD_REQUEST" });
    expect(await post(city, { extensions })).toMatchObject({ code: "PERSISTED_QUERY_NOT_FOUND" });
    expect(await post(city, { extensions: persisted(sha256(query)) })).toMatchObject({
      code: "PERSISTED_QUERY_NOT_FOUND",
    });
  });

  it.each(["query Broken { __typename", "query Unfit { nothing }"])(
    "keeps no document that does not fit: %s",
    async (query) => {
      const extensions = persisted(sha256(query));
      expect((await post(city, { query, extensions })).status).toBe(400);
      expect(await post(city, { extensions })).toMatchObject({ code: "PERSISTED_QUERY_NOT_FOUND" });
    },
  );

  it("finds what it keeps by the documentId of GraphQL over HTTP too", async () => {
    const query = "query Third { __typename }";
    await post(city, { query, extensions: persisted(sha256(query)) });
    expect(await post(city, { documentId: `sha256:${sha256(query)}` })).toEqual({
      status: 200,
      data: { __typename: "Query" },
    });
    expect(await post(city, { documentId: "third" })).toMatchObject({ code: "PERSISTED_QUERY_NOT_FOUND" });
  });

  it.each([
    ["another version", { extensions: persisted("0", 2) }],
    ["no hash", { extensions: { persistedQuery: { version: 1 } } }],
    ["extensions that are no object", { query: "{ __typename }", extensions: "x" }],
    ["a documentId that is no text", { documentId: 3 }],
  ])("refuses %s", async (_what, body) => {
    expect(await post(city, body)).toMatchObject({ status: 400, code: "BAD_REQUEST" });
  });

  it("shares documents between replicas, and goes on without the store", async () => {
    const store = createMemoryStore();
    const [one, another] = [createDocuments(store), createDocuments(store)];
    const query = "query Fourth { __typename }";
    const document = { id: sha256(query), isHash: true };
    const request = { operationName: undefined, variables: {}, readOnly: false };
    (await one.find({ ...request, query, document }, log)).fits?.();
    expect((await another.find({ ...request, query: undefined, document }, log)).request.query).toBe(query);

    const down = {
      ...store,
      get: () => Promise.reject(new Error("down")),
      set: () => Promise.reject(new Error("down")),
    };
    const alone = createDocuments(down);
    await expect(alone.find({ ...request, query: undefined, document }, log)).rejects.toThrow("PersistedQueryNotFound");
    (await alone.find({ ...request, query, document }, log)).fits?.();
    expect((await alone.find({ ...request, query: undefined, document }, log)).request.query).toBe(query);
  });
});

describe("the safelist", () => {
  const listed = "query Listed { __typename }";
  const operations = [
    { id: "listed", name: "Listed", type: "query", body: listed },
    { id: "broken", name: "Broken", type: "query", body: "query Broken { nothing }" },
  ];
  let folder: string;
  let manifest: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "safelist-"));
    manifest = join(folder, "manifest.json");
    await writeFile(manifest, JSON.stringify({ format: "apollo-persisted-query-manifest", version: 1, operations }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = (mode: string) => startCity({ settings: { HUIMIN_SAFELIST: manifest, HUIMIN_SAFELIST_MODE: mode } });

  it("lets nothing else run when it is required, whatever its hash", async () => {
    const city = await start("require");
    const refused = { status: 400, code: "QUERY_NOT_IN_SAFELIST" };
    expect(await post(city, { extensions: persisted("listed") })).toEqual({
      status: 200,
      data: { __typename: "Query" },
    });
    expect(await post(city, { documentId: "listed" })).toMatchObject({ status: 200 });
    expect(await post(city, { query: "# by hand\nquery Listed {\n  __typename,\n}" })).toMatchObject({ status: 200 });
    expect(await post(city, { query: "{ __typename }" })).toMatchObject(refused);
    expect(await post(city, { query: "{ __typ" })).toMatchObject(refused);
    const query = "query Mine { __typename }";
    expect(await post(city, { query, extensions: persisted(sha256(query)) })).toMatchObject(refused);
    expect(await post(city, { extensions: persisted(sha256(query)) })).toMatchObject(refused);
    expect(await post(city, { query, documentId: "listed" })).toMatchObject(refused);
    await city.close();
  });

  it("only notices other documents when it logs, without writing them down", async () => {
    const city = await start("log");
    expect(await post(city, { query: "query Secret { __typename }" })).toMatchObject({ status: 200 });
    expect(city.logged()).toContain("a document is not on the safelist");
    expect(city.logged()).not.toContain("Secret");
    await city.close();
  });

  it("says at the start which of its documents do not fit the schema", async () => {
    const city = await start("off");
    expect(city.logged()).toContain("a registered document does not fit the schema");
    expect(city.logged()).toContain('"operation":"Broken"');
    expect(city.logged()).not.toContain('"operation":"Listed"');
    expect(await post(city, { documentId: "listed" })).toMatchObject({ status: 200 });
    expect(await post(city, { query: "{ __typename }" })).toMatchObject({ status: 200 });
    await city.close();
  });

  it.each([
    [
      "is missing",
      { HUIMIN_SAFELIST_MODE: "require" },
      /HUIMIN_SAFELIST_MODE is require and HUIMIN_SAFELIST is missing/,
    ],
    ["is no manifest", { HUIMIN_SAFELIST: "package.json" }, /package.json holds no persisted query manifest/],
    ["is not there", { HUIMIN_SAFELIST: "nowhere.json" }, /nowhere.json holds no persisted query manifest/],
  ])("keeps the gateway from starting when it %s", async (_what, settings, sentence) => {
    const subgraphs = { citizen: "http://localhost:1" };
    const config = await gatewayConfig({ port: 1, issuer: "http://localhost:1", subgraphs, settings });
    const start = createGateway(config, log);
    await expect(start).rejects.toThrow(sentence);
    await expect(start).rejects.toThrow(ConfigError);
  });
});
