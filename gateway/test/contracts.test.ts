/** Each audience sees its own part of the graph, whatever it does to find out about the rest. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getIntrospectionQuery, parse } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { compose } from "../../schema/compose.ts";
import { firstVersion, governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { createGateway } from "../server.ts";
import { type GraphAnswer, gatewayConfig, postQuery, ready } from "./city.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";
import { type RecordingSubgraph, startRecordingSubgraph } from "./recording-subgraph.ts";

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag"])
  type Query {
    notice: String @tag(name: "public")
    home(by: Sorting = STREET, at: Place): Home @tag(name: "citizens") @tag(name: "waterco") @tag(name: "staff")
    ledger: Ledger @tag(name: "staff")
  }
  type Mutation { strikeOut(id: ID!): Boolean @tag(name: "staff") }
  type Home @key(fields: "id") {
    id: ID! @tag(name: "citizens") @tag(name: "waterco") @tag(name: "staff")
    street: String @tag(name: "citizens") @tag(name: "staff")
    meter: Int @tag(name: "waterco")
    suspicion: String @tag(name: "staff")
  }
  type Ledger @tag(name: "staff") { lines: [String!] }
  enum Sorting { STREET SUSPICIOUS @tag(name: "hidden") }
  input Place { street: String suspect: String @tag(name: "hidden") }
`;

const contracts = {
  public: { include: ["public"], exclude: ["hidden"], anonymous: true },
  citizens: { include: ["public", "citizens"], exclude: ["hidden"], clients: ["*"] },
  waterco: { include: ["public", "waterco"], exclude: ["hidden"], sectors: ["waterco"] },
  staff: { include: ["public", "staff"], roles: true },
  workshop: { clients: ["workshop"] },
};

/** What somebody sees of `Query` and `Home`. */
const seen = {
  anonymous: [["notice"], undefined],
  citizen: [
    ["notice", "home"],
    ["id", "street"],
  ],
  waterco: [
    ["notice", "home"],
    ["id", "meter"],
  ],
  caseworker: [
    ["notice", "home", "ledger"],
    ["id", "street", "suspicion"],
  ],
  workshop: [
    ["notice", "home", "ledger"],
    ["id", "street", "meter", "suspicion"],
  ],
} as const;

type Audience = keyof typeof seen;
const audiences = Object.keys(seen) as Audience[];
/** Who is not shown what is for staff. */
const outsiders: readonly Audience[] = ["anonymous", "citizen", "waterco"];

const registered = { id: "staff-ledger", name: "Ledger", type: "query", body: "query Ledger { ledger { lines } }" };

const key = Buffer.alloc(32, 7);
let issuer: TestIssuer;
let office: RecordingSubgraph;
let gateway: Awaited<ReturnType<typeof createGateway>>;
let folder: string;
const tokens = new Map<Audience, string>();
beforeAll(async () => {
  issuer = await startIssuer();
  issuer.registerSectors({ government: firstVersion, waterco: firstVersion });
  office = await startRecordingSubgraph(sdl, {
    Query: {
      notice: () => "read me",
      home: () => ({ id: "1", street: "Long Street", meter: 7, suspicion: "none" }),
      ledger: () => ({ lines: ["one"] }),
    },
    Mutation: { strikeOut: () => true },
  });
  folder = await mkdtemp(join(tmpdir(), "huimin-"));
  const [supergraph, safelist] = [join(folder, "supergraph.graphql"), join(folder, "safelist.json")];
  await writeFile(supergraph, compose([{ name: "office", url: office.url, typeDefs: parse(sdl) }]));
  await writeFile(
    safelist,
    JSON.stringify({ format: "apollo-persisted-query-manifest", version: 1, operations: [registered] }),
  );
  const config = await gatewayConfig({
    port: await freePort(),
    issuer: issuer.url,
    subgraphs: { office: office.url },
    settings: {
      HUIMIN_SUPERGRAPH: supergraph,
      HUIMIN_SAFELIST: safelist,
      HUIMIN_CONTRACTS: JSON.stringify(contracts),
      HUIMIN_PSEUDONYM_KEY: key.toString("base64url"),
    },
  });
  gateway = await createGateway(config, createLogger("gateway", "silent"));
  await ready(gateway.url);
  const citizenId = crypto.randomUUID();
  const token = (sector: string, claims: Readonly<Record<string, unknown>> = {}) =>
    accessToken(issuer, `${gateway.url}/graphql`, sectorPseudonyms(key, sector).seal(citizenId), {
      claims: { sector, scope: "office:read", ...claims },
    });
  tokens.set("citizen", await token(governmentSector));
  tokens.set("waterco", await token("waterco", { client_id: "waterco-app" }));
  tokens.set("caseworker", await token(governmentSector, { client_id: "counter", role: "caseworker" }));
  tokens.set("workshop", await token(governmentSector, { client_id: "workshop" }));
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([office.close(), issuer.stop()]);
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  office.asked.length = 0;
});

async function ask(audience: Audience, query: string, variables?: Readonly<Record<string, unknown>>) {
  const token = tokens.get(audience);
  return await postQuery(gateway.url, query, { ...(token && { token }), ...(variables && { variables }) });
}

/** What the graph says to a document's name alone. */
async function askByName(audience: Audience, id: string): Promise<GraphAnswer> {
  const token = tokens.get(audience);
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({
      ...(/^[0-9a-f]{64}$/.test(id)
        ? { extensions: { persistedQuery: { version: 1, sha256Hash: id } } }
        : { documentId: id }),
    }),
  });
  return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
}

const codesOf = ({ errors = [] }: GraphAnswer) => errors.map(({ extensions }) => extensions.code);

/** What only staff may know of. */
const secrets = /suspic|suspect|ledger|strikeOut/i;

describe.each(audiences)("introspection by %s", (audience) => {
  it("shows its part of the schema and no more", async () => {
    const type = async (name: string) => {
      const { data } = await ask(audience, `{ __type(name: "${name}") { fields { name } } }`);
      const { fields } = (data?.__type ?? {}) as { fields?: { name: string }[] };
      return fields?.map(({ name }) => name);
    };
    expect([await type("Query"), await type("Home")]).toEqual(seen[audience]);
    const whole = JSON.stringify((await ask(audience, getIntrospectionQuery())).data);
    if (outsiders.includes(audience)) expect(whole).not.toMatch(secrets);
    else expect(whole).toMatch(secrets);
  });
});

describe.each(outsiders)("to %s the graph", (audience) => {
  it.each([
    "{ ledgr { lines } }",
    "{ home { suspicio } }",
    "{ notice ... on Ledgr { lines } }",
    "{ home(by: SUSPICIOU) { id } }",
    '{ home(at: { suspec: "x" }) { id } }',
    'mutation { strikeOu(id: "1") }',
    "query ($x: Plac) { notice }",
  ])("suggests nothing that is hidden: %s", async (query) => {
    const answer = await ask(audience, query);
    expect(codesOf(answer)).toContain("GRAPHQL_VALIDATION_FAILED");
    const told = JSON.stringify(answer.errors).replaceAll(/suspiciou?\b|ledgr|SUSPICIOU\b|suspec\b|strikeOu\b/gi, "");
    expect(told).not.toMatch(secrets);
  });

  it.each([
    "{ ledger { lines } }",
    "{ home { suspicion } }",
    "{ home(by: SUSPICIOUS) { id } }",
    'mutation { strikeOut(id: "1") }',
  ])("has nothing that is hidden, and asks nobody for it: %s", async (query) => {
    const answer = await ask(audience, query);
    expect(codesOf(answer)).toContain("GRAPHQL_VALIDATION_FAILED");
    expect(answer.data).toBeUndefined();
    expect(office.asked).toEqual([]);
  });

  it("takes no hidden value in a variable, and does not tell of one", async () => {
    const query = audience === "anonymous" ? undefined : "query ($by: Sorting) { home(by: $by) { id } }";
    if (query === undefined) return;
    const answer = await ask(audience, query, { by: "SUSPICIOU" });
    expect(codesOf(answer)).toEqual(["BAD_USER_INPUT"]);
    expect(JSON.stringify(answer.errors)).not.toContain("SUSPICIOUS");
    expect(codesOf(await ask(audience, query, { by: "SUSPICIOUS" }))).toEqual(["BAD_USER_INPUT"]);
  });

  it("does not tell by a registered document what is in it", async () => {
    const answer = await askByName(audience, registered.id);
    expect(codesOf(answer)).toEqual(["PERSISTED_QUERY_NOT_FOUND"]);
    expect(JSON.stringify(answer.errors)).not.toMatch(secrets);
  });

  it("does not tell by a hash that staff have registered", async () => {
    const query = `{ ledger { lines } home { suspicion } } # for ${audience}`;
    const hash = createHash("sha256").update(query).digest("hex");
    const response = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${tokens.get("caseworker")}` },
      body: JSON.stringify({ query, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }),
    });
    expect(await response.json()).toHaveProperty("data.ledger");
    expect(await askByName("caseworker", hash)).toHaveProperty("data.ledger");
    const answer = await askByName(audience, hash);
    expect(codesOf(answer)).toEqual(["PERSISTED_QUERY_NOT_FOUND"]);
    expect(JSON.stringify(answer)).not.toMatch(secrets);
  });
});

it("reminds whoever may have forgotten her token, and nobody else, in the same words for what is hidden and what is not there", async () => {
  const codes = async (audience: Audience, query: string) =>
    (await ask(audience, query)).errors?.map(({ extensions }) => extensions.code);
  for (const query of ["{ ledger { lines } }", "{ nothing { lines } }"]) {
    expect(await codes("anonymous", query)).toEqual(["GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED"]);
    expect(await codes("citizen", query)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
  }
  expect(await codes("anonymous", "{ notice")).toEqual(["GRAPHQL_PARSE_FAILED"]);
});

describe("the same text", () => {
  it("is compiled for each audience by itself, whoever asked first", async () => {
    const query = "{ home { id suspicion } }";
    for (const audience of ["caseworker", "citizen", "caseworker", "anonymous", "waterco", "workshop"] as const) {
      const answer = await ask(audience, query);
      if (outsiders.includes(audience))
        expect(codesOf(answer)).toEqual(expect.arrayContaining(["GRAPHQL_VALIDATION_FAILED"]));
      else expect(answer.data).toEqual({ home: { id: "1", suspicion: "none" } });
    }
  });

  it("is one for those who may ask it, and still for nobody else while it is under way", async () => {
    const query = "{ ledger { lines } }";
    const answers = await Promise.all(
      audiences.map(async (audience) => [audience, await ask(audience, query)] as const),
    );
    for (const [audience, { data }] of answers) {
      expect(data, audience).toEqual(outsiders.includes(audience) ? undefined : { ledger: { lines: ["one"] } });
    }
  });
});

describe("a gateway", () => {
  const start = async (given: object, everybodyElse: object = { others: { clients: ["*"] } }) => {
    const settings = { HUIMIN_CONTRACTS: JSON.stringify({ ...given, ...everybodyElse }) };
    return await gatewayConfig({ port: 1, issuer: issuer.url, subgraphs: { office: office.url }, settings });
  };

  it.each([
    { a: { anonymous: true }, b: { anonymous: true } },
    { a: { roles: true }, b: { roles: true } },
    { a: { sectors: ["x"] }, b: { sectors: ["x"] } },
    { a: { include: ["x"] } },
    { a: { inclde: ["x"], roles: true } },
  ])("does not start with contracts that name one audience twice, or none, or something else: %j", async (given) => {
    await expect(start(given)).rejects.toThrow("HUIMIN_CONTRACTS");
    await expect(start({ a: { roles: true } })).resolves.toBeDefined();
  });

  it("does not start with contracts that forget somebody", async () => {
    await expect(start({ a: { anonymous: true, roles: true } }, {})).rejects.toThrow('one with the client "*"');
  });
});
