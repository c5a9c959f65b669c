/** `@authenticated`, `@requiresScopes` and `@policy`, as Apollo defines them, through the front door. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { parse } from "graphql";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { compose } from "../../schema/compose.ts";
import type { Policies, Policy } from "../rights/policies.ts";
import { createGateway } from "../server.ts";
import { type GraphAnswer, gatewayConfig, newCitizenId, postQuery, ready } from "./city.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";
import { type RecordingSubgraph, startRecordingSubgraph } from "./recording-subgraph.ts";

const links = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
    "@key", "@shareable", "@external", "@requires", "@interfaceObject", "@context", "@fromContext", "@authenticated",
    { name: "@requiresScopes", as: "@needs" }, { name: "@policy", as: "@rule" }
  ])
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@assurance"])
directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
`;

const clinicSdl = `${links}
  type Query { patient: Patient things: [Thing!] found: [Found!] bed: Bed beds: [Thing!] vault: Vault wards: [Ward!] media: [Medium!] }
  type Mutation { note(text: String!): String @needs(scopes: [["clinic:write"]]) open: String }
  type Patient @key(fields: "id") {
    id: ID!
    name: String
    seen: String @authenticated
    either: String @needs(scopes: [["clinic:read", "clinic:write"], ["clinic:all"]])
    both: String @needs(scopes: [["clinic:read"]]) @rule(policies: [["open"]])
    open: String @rule(policies: [["open"]])
    again: String @rule(policies: [["open"], ["shut"]])
    shut: String @rule(policies: [["open", "shut"]])
    unknown: String @rule(policies: [["nobody knows it"]])
    slow: String @rule(policies: [["slow"]])
    throwing: String @rule(policies: [["throwing"]])
    empty: String @rule(policies: [])
    promised: String! @needs(scopes: [["clinic:all"]])
    grade: Grade
    stamp: Stamp
  }
  enum Grade @needs(scopes: [["clinic:all"]]) { A B }
  scalar Stamp @rule(policies: [["shut"]])
  interface Thing { label: String }
  type Bed implements Thing { label: String }
  type Vault implements Thing @needs(scopes: [["clinic:all"]]) { label: String code: String }
  union Found = Bed | Vault
  type Ward @key(fields: "id") { id: ID! tariff: String @assurance(level: 2) desk: Desk @shareable }
  type Desk @key(fields: "id") { id: ID! }
  interface Medium @key(fields: "id") { id: ID! diary: String }
  type Book implements Medium @key(fields: "id") { id: ID! diary: String @assurance(level: 2) }
`;

const officeSdl = `${links}
  type Ward @key(fields: "id") @context(name: "ward") { id: ID! tariff: String @external desk: Desk @shareable }
  type Desk @key(fields: "id") { id: ID! price(tariff: String @fromContext(field: "$ward { tariff }")): String }
  type Medium @key(fields: "id") @interfaceObject {
    id: ID!
    loans: String @assurance(level: 2)
    shelf: String
    diary: String @external
    extract: String @requires(fields: "diary")
  }
`;

const streamSdl = `${links}
  type Subscription { ticked: Tick barred: Tick @needs(scopes: [["clinic:all"]]) }
  type Tick { at: Int fresh: String @assurance(level: 1, maxAge: "2s") }
`;

const decided: string[] = [];
const counted = (name: string, decide: Policy): [string, Policy] => [
  name,
  (signedIn) => {
    decided.push(name);
    return decide(signedIn);
  },
];
const policies: Policies = new Map([
  counted("open", () => true),
  counted("shut", async () => false),
  counted("slow", () => new Promise(() => {})),
  counted("throwing", () => {
    throw new Error("out of order");
  }),
]);

let issuer: TestIssuer;
let clinic: RecordingSubgraph;
let office: RecordingSubgraph;
let streams: Server;
const listening = new Set<ServerResponse>();
let folder: string;
let supergraph: string;
beforeAll(async () => {
  issuer = await startIssuer();
  const vault = { __typename: "Vault", label: "vault", code: "0000" };
  const bed = { __typename: "Bed", label: "bed" };
  const values = "seen either both open again shut unknown slow throwing empty promised".split(" ");
  const patient = {
    id: "1",
    name: "Ana",
    grade: "A",
    stamp: "7",
    ...Object.fromEntries(values.map((v) => [v, `my ${v}`])),
  };
  clinic = await startRecordingSubgraph(clinicSdl, {
    Query: {
      patient: () => patient,
      things: () => [bed, vault],
      bed: () => bed,
      beds: () => [bed],
      found: () => [bed, vault],
      vault: () => vault,
      wards: () => [{ id: "1", tariff: "cheap", desk: { id: "1" } }],
      media: () => [{ __typename: "Book", id: "1", diary: "dear" }],
    },
    Mutation: { note: () => "noted", open: () => "opened" },
  });
  office = await startRecordingSubgraph(officeSdl, {
    Desk: { price: (_desk: object, { tariff }: { readonly tariff: string }) => `price of ${tariff}` },
    Medium: {
      __resolveReference: (reference: object) => reference,
      loans: () => "my loans",
      shelf: () => "top",
      extract: ({ diary }: { readonly diary: string }) => `${diary}…`,
    },
  });
  streams = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    listening.add(response);
    response.once("close", () => listening.delete(response));
  }).listen(0, "localhost");
  await once(streams, "listening");
  folder = await mkdtemp(join(tmpdir(), "huimin-"));
  supergraph = join(folder, "supergraph.graphql");
  const services = [clinicSdl, officeSdl, streamSdl].map((sdl, index) => {
    const [name = "", url = ""] = Object.entries(addresses())[index] ?? [];
    return { name, url, typeDefs: parse(sdl) };
  });
  await writeFile(supergraph, compose(services));
});
afterAll(async () => {
  streams.closeAllConnections();
  streams.close();
  await Promise.all([clinic.close(), office.close(), issuer.stop()]);
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  for (const list of [clinic.asked, office.asked, decided]) list.length = 0;
});

function addresses() {
  const { port } = streams.address() as AddressInfo;
  return { clinic: clinic.url, office: office.url, streams: `http://localhost:${port}/graphql` };
}

let gateway: Awaited<ReturnType<typeof createGateway>>;
let logged = "";
async function open(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const port = await freePort();
  const config = await gatewayConfig({
    port,
    issuer: issuer.url,
    subgraphs: addresses(),
    settings: { HUIMIN_SUPERGRAPH: supergraph, ...settings },
  });
  const write = (chunk: unknown, _encoding: unknown, done: () => void) => {
    logged += String(chunk);
    done();
  };
  gateway = await createGateway(config, createLogger("gateway", "debug", new Writable({ write })), policies);
  await ready(gateway.url);
}

interface SignIn {
  readonly scope?: string;
  readonly level?: 1 | 2 | 3;
  readonly secondsAgo?: number;
}

async function tokenOf({ scope = "", level = 1, secondsAgo = 0 }: SignIn = {}): Promise<string> {
  const claims = {
    acr: `urn:huimin:loa:${level}`,
    auth_time: Math.floor(Date.now() / 1000) - secondsAgo,
    scope: `clinic:read office:read streams:read ${scope}`,
  };
  return await accessToken(issuer, `${gateway.url}/graphql`, newCitizenId(), { claims });
}

async function ask(query: string, signIn?: SignIn): Promise<GraphAnswer> {
  return await postQuery(gateway.url, query, { token: await tokenOf(signIn) });
}

const forbidden = (...path: (string | number)[]) => ({
  message: "You are not allowed to read this.",
  path,
  extensions: { code: "FORBIDDEN" },
});

describe("a field with Apollo's directives for access", () => {
  beforeAll(() => open());
  afterAll(() => gateway.close());

  it("@authenticated is for whoever is signed in, and nobody else", async () => {
    expect((await ask("{ patient { seen } }")).data).toEqual({ patient: { seen: "my seen" } });
    const { data, errors } = await postQuery(gateway.url, "{ patient { seen } }");
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });

  it("@requiresScopes wants all scopes of one of its lists, under whatever name it was imported", async () => {
    const query = "{ patient { name either } }";
    expect(await ask(query)).toMatchObject({
      data: { patient: { name: "Ana", either: null } },
      errors: [forbidden("patient", "either")],
    });
    expect(clinic.asked.join()).not.toContain("either");
    for (const scope of ["clinic:write", "clinic:all"]) {
      expect((await ask(query, { scope })).data).toEqual({ patient: { name: "Ana", either: "my either" } });
    }
  });

  it("@policy wants all rules of one of its lists", async () => {
    const { data, errors } = await ask("{ patient { open again shut both } }");
    expect(data).toEqual({ patient: { open: "my open", again: "my again", shut: null, both: "my both" } });
    expect(errors).toEqual([forbidden("patient", "shut")]);
    expect(clinic.asked.join()).not.toContain("shut");
  });

  it.each(["unknown", "slow", "throwing", "empty"])(
    "is refused when its rule is %s, and fast enough",
    async (field) => {
      const { data, errors } = await ask(`{ patient { name ${field} } }`);
      expect(data).toEqual({ patient: { name: "Ana", [field]: null } });
      expect(errors).toEqual([forbidden("patient", field)]);
      expect(clinic.asked.join()).not.toContain(field);
    },
  );

  it("has what is wrong with its rules in the log", () => {
    expect(logged).toMatch(/"policies":\["nobody knows it"\].*the supergraph names policies that nobody knows/);
    expect(logged).toMatch(/"policy":"throwing".*a policy failed/);
    expect(logged).toMatch(/"policy":"slow".*a policy failed/);
  });

  it("has each of its rules decided once a request", async () => {
    await ask("{ patient { open again shut both } x: patient { open shut } }");
    expect(decided.sort()).toEqual(["open", "shut"]);
    await ask("{ patient { open again shut both } x: patient { open shut } }");
    expect(decided).toHaveLength(4);
  });

  it("has no rule decided that the operation does not need, and none for who is not signed in", async () => {
    await ask("{ patient { name seen } }");
    await postQuery(gateway.url, "{ patient { open } }");
    expect(decided).toEqual([]);
  });

  it("takes its object with it where it may not be null", async () => {
    expect(await ask("{ patient { name promised } }")).toMatchObject({
      data: { patient: null },
      errors: [forbidden("patient", "promised")],
    });
  });

  it("is not done when it is a mutation, and its neighbours are", async () => {
    const { data } = await ask('mutation { open note(text: "x") }');
    expect(data).toEqual({ open: "opened", note: null });
    expect(clinic.asked.join()).not.toContain("note");
  });
});

describe("no way leads round them:", () => {
  beforeAll(() => open());
  afterAll(() => gateway.close());

  it.each([
    ["an enum", "{ patient { name grade } }", { patient: { name: "Ana", grade: null } }, ["patient", "grade"]],
    ["a scalar", "{ patient { name stamp } }", { patient: { name: "Ana", stamp: null } }, ["patient", "stamp"]],
    ["an object", "{ vault { label } }", { vault: null }, ["vault"]],
    ["an object's name", "{ vault { __typename } }", { vault: null }, ["vault"]],
    ["an interface's object", "{ things { label } }", { things: null }, ["things", 1]],
    ["an interface's object by name", "{ things { __typename } }", { things: null }, ["things", 1]],
    ["a union's member", "{ found { ... on Vault { code } } }", { found: null }, ["found", 1]],
    ["an alias", "{ patient { name: promised } }", { patient: null }, ["patient", "name"]],
  ])("%s", async (_way, query, data, path) => {
    const answer = await ask(query);
    expect({ data: answer.data, errors: answer.errors }).toEqual({ data, errors: [forbidden(...path)] });
    expect(clinic.asked.join()).not.toMatch(/grade|stamp|code|promised/);
  });

  it("and whatever else implements the interface is there to be read", async () => {
    expect(await ask("{ bed { label } beds { label } }")).toMatchObject({
      data: { bed: { label: "bed" }, beds: [{ label: "bed" }] },
    });
  });

  it("a subgraph that is handed a refused value of an object around it", async () => {
    const query = "{ wards { desk { price } } }";
    const { data, errors } = await ask(query);
    expect(data).toEqual({ wards: [{ desk: { price: null } }] });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["INSUFFICIENT_USER_AUTHENTICATION"]);
    expect(clinic.asked.join()).not.toContain("tariff");
    expect(office.asked).toEqual([]);
    expect((await ask(query, { level: 2 })).data).toEqual({ wards: [{ desk: { price: "price of cheap" } }] });
  });

  it.each([
    ["the interface", "{ media { id loans } }"],
    ["one of its types", "{ media { id ... on Book { loans } } }"],
  ])("an interface that another subgraph knows as an object, asked by %s", async (_by, query) => {
    const { data, errors } = await ask(query);
    expect(data).toEqual({ media: [{ id: "1", loans: null }] });
    expect(errors).toHaveLength(1);
    expect(office.asked).toEqual([]);
    expect((await ask(query, { level: 2 })).data).toEqual({ media: [{ id: "1", loans: "my loans" }] });
  });

  it.each([
    ["the interface", "{ media { extract } }"],
    ["one of its types", "{ media { ... on Book { extract } } }"],
  ])("what such a subgraph makes of a refused value that it is handed, asked by %s", async (_by, query) => {
    const { data, errors } = await ask(query);
    expect(data).toEqual({ media: [{ extract: null }] });
    expect(errors).toHaveLength(1);
    expect(clinic.asked.join()).not.toContain("diary");
    expect((await ask(query, { level: 2 })).data).toEqual({ media: [{ extract: "dear…" }] });
  });
});

describe("a gateway that rejects what is refused in part", () => {
  beforeAll(() => open({ HUIMIN_REFUSED_FIELDS: "reject" }));
  afterAll(() => gateway.close());

  it.each([
    ["{ patient { name shut } }", 403, "FORBIDDEN"],
    ["{ wards { tariff } }", 401, "INSUFFICIENT_USER_AUTHENTICATION"],
    ['mutation { open note(text: "x") }', 403, "FORBIDDEN"],
  ])("answers %s with %i and asks nobody", async (query, status, code) => {
    const answer = await ask(query);
    expect(answer.status).toBe(status);
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(clinic.asked).toEqual([]);
  });

  it("does not begin a subscription of which it refuses a field, and refuses its events once it does", async () => {
    const stale = await subscribe("subscription { ticked { at fresh } }", { secondsAgo: 60 });
    expect(await stale.next()).toMatchObject({
      errors: [{ extensions: { code: "INSUFFICIENT_USER_AUTHENTICATION", max_age: 2 } }],
    });
    expect(listening.size).toBe(0);
    const fresh = await subscribe("subscription { ticked { at fresh } }");
    await tick(1);
    expect(await fresh.next()).toEqual({ data: { ticked: { at: 1, fresh: "fresh" } } });
    await grownOld();
    await tick(2);
    const refused = await fresh.next();
    expect(refused.data).toBeUndefined();
    expect(refused).toMatchObject({ errors: [{ extensions: { code: "INSUFFICIENT_USER_AUTHENTICATION" } }] });
    await fresh.leave();
  });
});

describe("a subscription", () => {
  beforeAll(() => open());
  afterAll(() => gateway.close());
  afterEach(() => {
    for (const response of listening) response.end();
  });

  it("to a refused field is refused, and no subgraph is asked for it", async () => {
    const { next } = await subscribe("subscription { barred { at } }");
    expect(await next()).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
    expect(listening.size).toBe(0);
  });

  it("goes on without what a sign-in that grew old may not read any more", async () => {
    const { next, leave } = await subscribe("subscription { ticked { at fresh } }");
    await tick(1);
    expect(await next()).toEqual({ data: { ticked: { at: 1, fresh: "fresh" } } });
    await grownOld();
    await tick(2);
    expect(await next()).toMatchObject({
      data: { ticked: { at: 2, fresh: null } },
      errors: [{ path: ["ticked", "fresh"], extensions: { code: "INSUFFICIENT_USER_AUTHENTICATION", max_age: 2 } }],
    });
    await leave();
  });
});

/** Longer than `maxAge` of `Tick.fresh`, whose clock counts whole seconds. */
const grownOld = () => new Promise((resolve) => setTimeout(resolve, 3_100));

async function tick(at: number): Promise<void> {
  await expect.poll(() => listening.size, { timeout: 5_000, interval: 10 }).toBeGreaterThan(0);
  for (const response of listening) {
    response.write(`event: next\ndata: ${JSON.stringify({ data: { ticked: { at, fresh: "fresh" } } })}\n\n`);
  }
}

interface Live {
  next(): Promise<Pick<GraphAnswer, "data" | "errors">>;
  leave(): Promise<void>;
}

async function subscribe(query: string, signIn?: SignIn): Promise<Live> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${await tokenOf(signIn)}`,
    },
    body: JSON.stringify({ query }),
  });
  const reader = response.body?.getReader();
  if (!reader) throw new Error("no stream");
  let text = "";
  return {
    async next() {
      for (;;) {
        const { 0: found, groups } = /event: next\ndata: (?<data>.*)\n\n/.exec(text) ?? {};
        if (found) {
          text = text.slice(text.indexOf(found) + found.length);
          return JSON.parse(groups?.data ?? "");
        }
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended with ${text}`);
        text += Buffer.from(value).toString();
      }
    },
    leave: () => reader.cancel(),
  };
}
