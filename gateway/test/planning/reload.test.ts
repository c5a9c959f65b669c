import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newCitizenId, startCity, type TestCity } from "../city.ts";
import {
  citySdl,
  type SupergraphFile,
  withoutField,
  withTag,
  withUnknownSubgraph,
  writeSupergraphFile,
} from "./city-supergraph.ts";

let city: TestCity;
let file: SupergraphFile;
let token: string;
const health = holdingServer();

/** The file is looked at from time to time, and the machine may be busy. */
const patiently = { timeout: 20_000 };

beforeAll(async () => {
  file = await writeSupergraphFile(citySdl);
  city = await startCity({
    elsewhere: { health: await health.listen() },
    settings: { HUIMIN_SUPERGRAPH: file.path },
  });
  token = await city.token(newCitizenId());
});
afterAll(async () => {
  await city.close();
  health.close();
  await file.remove();
});

/** A subgraph that answers when it is let. */
function holdingServer() {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const server = createServer(async (_request, response) => {
    arrived.resolve();
    await released.promise;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data: { _entities: [{ __typename: "Citizen", coverage: null }] } }));
  });
  return {
    arrived: arrived.promise,
    release: () => released.resolve(),
    close: () => server.close(),
    async listen() {
      server.listen(0, "localhost");
      await once(server, "listening");
      return `http://localhost:${(server.address() as AddressInfo).port}/`;
    },
  };
}

/** Whether clients see a field of a citizen. */
async function sees(field: string): Promise<boolean> {
  const { data } = await city.query('{ __type(name: "Citizen") { fields { name } } }');
  return JSON.stringify(data).includes(`"${field}"`);
}

function said(sentence: string): number {
  return city.logged().split(sentence).length - 1;
}

describe("a supergraph file that changes", () => {
  it("is served anew, and what it no longer has is refused", async () => {
    expect((await city.query("{ me { preferredLanguage } }", { token })).data).toEqual({
      me: { preferredLanguage: "ug" },
    });
    await file.replace(withoutField("preferredLanguage"));
    await expect.poll(() => sees("preferredLanguage"), patiently).toBe(false);
    const { errors } = await city.query("{ me { preferredLanguage } }", { token });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
    expect((await city.query("{ me { name { text } } }", { token })).errors).toBeUndefined();
    await file.replace(citySdl);
    await expect.poll(() => sees("preferredLanguage"), patiently).toBe(true);
    expect((await city.query("{ me { preferredLanguage } }", { token })).errors).toBeUndefined();
  });

  it.each([
    ["is no GraphQL", "type Query {"],
    ["is no supergraph", "type Query { me: Int }"],
    ["names a subgraph without an address", withUnknownSubgraph()],
  ])("keeps the one before it serving when it %s, and says so once", async (_name, broken) => {
    const before = said("the new supergraph is refused");
    await file.replace(broken);
    await expect.poll(() => said("the new supergraph is refused"), patiently).toBe(before + 1);
    expect((await city.query("{ me { preferredLanguage } }", { token })).data).toEqual({
      me: { preferredLanguage: "ug" },
    });
    await file.replace(citySdl);
  });

  it("lets requests that began before end as they began", async () => {
    const inFlight = city.query("{ me { preferredLanguage coverage { scheme } } }", { token });
    await health.arrived;
    await file.replace(withoutField("preferredLanguage"));
    await expect.poll(() => sees("preferredLanguage"), patiently).toBe(false);
    health.release();
    expect(await inFlight).toMatchObject({ status: 200, data: { me: { preferredLanguage: "ug", coverage: null } } });
  });
});

describe("contracts", () => {
  it("show each client its part, in introspection, validation and answers", async () => {
    const tagged = await writeSupergraphFile(withTag("preferredLanguage", "internal"));
    const contracts = { outside: { exclude: ["internal"], clients: ["shop", "*"] }, inside: { clients: ["cli"] } };
    const other = await startCity({
      settings: { HUIMIN_SUPERGRAPH: tagged.path, HUIMIN_CONTRACTS: JSON.stringify(contracts) },
    });
    try {
      const tokenOf = (clientId: string) => other.token(newCitizenId(), { claims: { client_id: clientId } });
      const fields = async (options: { readonly token?: string }) =>
        JSON.stringify(await other.query('{ __type(name: "Citizen") { fields { name } } }', options));
      const read = "{ me { preferredLanguage } }";
      const [inside, shop, stranger] = await Promise.all([tokenOf("cli"), tokenOf("shop"), tokenOf("stranger")]);
      expect((await other.query(read, { token: inside })).data).toEqual({ me: { preferredLanguage: "ug" } });
      expect(await fields({ token: inside })).toContain("preferredLanguage");
      for (const token of [shop, stranger]) {
        expect((await other.query(read, { token })).errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
        expect(await fields({ token })).not.toContain("preferredLanguage");
        expect((await other.query("{ me { name { text } } }", { token })).errors).toBeUndefined();
      }
      expect(await fields({})).not.toContain("preferredLanguage");
      expect((await other.query(read, { token: inside })).data).toEqual({ me: { preferredLanguage: "ug" } });
    } finally {
      await other.close();
      await tagged.remove();
    }
  });

  it.each([
    "{}}",
    "[]",
    '{"a":{"clients":["*","x","x"]}}',
    '{"a":{"clients":["*","x"]},"b":{"clients":["x"]}}',
    '{"a":{"clients":["*"],"hide":["y"]}}',
    '{"A B":{"clients":["*"]}}',
  ])("that cannot be read refuse the start: %s", async (contracts) => {
    await expect(startCity({ settings: { HUIMIN_CONTRACTS: contracts } })).rejects.toThrow("HUIMIN_CONTRACTS");
  });

  it("that leave nothing to query refuse the start", async () => {
    const contracts = '{"nobody":{"include":["no such tag"],"clients":["*"]}}';
    await expect(startCity({ settings: { HUIMIN_CONTRACTS: contracts } })).rejects.toThrow("leaves nothing to query");
  });
});
