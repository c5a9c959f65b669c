/** For what purpose caseworkers read, through the front door. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "graphql";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { compose } from "../../schema/compose.ts";
import { transactionAt } from "../../trust/transaction-token.ts";
import { createGateway } from "../server.ts";
import { type GraphAnswer, gatewayConfig, newCitizenId, postQuery, ready } from "./city.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";
import { type RecordingSubgraph, startRecordingSubgraph } from "./recording-subgraph.ts";

const links = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@category", "@cacheControl"])
directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
directive @cacheControl(maxAge: Int, inheritMaxAge: Boolean) on FIELD_DEFINITION
scalar CitizenID
`;

const pensionSdl = `${links}
  type Query { me: Citizen citizen(id: CitizenID!): Citizen @cacheControl(maxAge: 60) citizens(ids: [CitizenID!]!): [Citizen!] open: String }
  type Mutation { pay(id: CitizenID!): String }
  type Citizen @key(fields: "id") {
    id: CitizenID!
    name: String @category(names: ["person.name"]) @cacheControl(inheritMaxAge: true)
    pension: Pension
    note: String @category(names: ["pension.account", "health.record"])
  }
  type Pension @category(names: ["pension.account"]) { balance: Int }
`;

const healthSdl = `${links}
  type Citizen @key(fields: "id") { id: CitizenID! record: String @category(names: ["health.record"]) }
`;

let issuer: TestIssuer;
let pension: RecordingSubgraph;
let health: RecordingSubgraph;
let gateway: Awaited<ReturnType<typeof createGateway>>;
let folder: string;
const asked = () => [...pension.asked, ...health.asked];

beforeAll(async () => {
  issuer = await startIssuer();
  const citizen = (id: string) => ({ id, name: "Ana", note: "note", pension: { balance: 5 } });
  pension = await startRecordingSubgraph(pensionSdl, {
    Query: {
      me: () => citizen("me"),
      citizen: (_query: unknown, { id }: { id: string }) => citizen(id),
      citizens: (_query: unknown, { ids }: { ids: string[] }) => ids.map(citizen),
      open: () => "open",
    },
    Mutation: { pay: () => "paid" },
    Citizen: { __resolveReference: ({ id }: { id: string }) => citizen(id) },
  });
  health = await startRecordingSubgraph(healthSdl, {
    Citizen: { __resolveReference: (reference: object) => ({ ...reference, record: "flu" }) },
  });
  folder = await mkdtemp(join(tmpdir(), "huimin-"));
  const file = join(folder, "supergraph.graphql");
  await writeFile(
    file,
    compose([
      { name: "pension", url: pension.url, typeDefs: parse(pensionSdl) },
      { name: "health", url: health.url, typeDefs: parse(healthSdl) },
    ]),
  );
  const port = await freePort();
  const subgraphs = { pension: pension.url, health: health.url };
  const settings = { HUIMIN_SUPERGRAPH: file };
  const config = await gatewayConfig({ port, issuer: issuer.url, subgraphs, settings });
  gateway = await createGateway(config, createLogger("gateway", "silent"));
  await ready(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([pension.close(), health.close(), issuer.stop()]);
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  pension.asked.length = 0;
  health.asked.length = 0;
  issuer.record.reads.length = 0;
  issuer.record.calls.length = 0;
  issuer.record.status = 200;
  issuer.record.outcomeOf = () => "kept";
});

const staff = newCitizenId();
const ana = newCitizenId();
const pensionCaseworker = { department: "pension", role: "caseworker", acr: "urn:huimin:loa:3" };

interface Asking {
  /** In the place of a new one. */
  readonly token?: string;
  readonly purpose?: string;
  /** Of the token; a caseworker of the pension department unless given. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, unknown>>;
}

async function tokenWith(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const flaws = { claims: { scope: "pension:read health:read", ...claims } };
  return await accessToken(issuer, `${gateway.url}/graphql`, staff, flaws);
}

async function ask(
  query: string,
  { purpose, claims = pensionCaseworker, variables, token: given }: Asking = {},
): Promise<GraphAnswer> {
  const token = given ?? (await tokenWith(claims));
  const headers = purpose === undefined ? {} : { "huimin-purpose": purpose };
  return await postQuery(gateway.url, query, { token, headers, ...(variables && { variables }) });
}

const purpose = "pension-determination";
const all = `{ citizen(id: "${ana}") { name pension { balance } record note } }`;
const forbidden = (path: readonly string[], message: string) => ({ message, path, extensions: { code: "FORBIDDEN" } });

describe("a caseworker with a purpose that is hers", () => {
  it("reads whom she names, within its categories; the rest is null, and no subgraph is asked for it", async () => {
    const { data, errors } = await ask(all, { purpose });
    const beyond = "The purpose that you stated does not cover this kind of data.";
    expect(data).toEqual({ citizen: { name: "Ana", pension: { balance: 5 }, record: null, note: null } });
    expect(errors).toEqual([forbidden(["citizen", "record"], beyond), forbidden(["citizen", "note"], beyond)]);
    expect(health.asked).toEqual([]);
    expect(pension.asked.join()).not.toContain("note");
  });

  it("is recorded beforehand: who, what she is, for what, whom and what", async () => {
    await ask(all, { purpose });
    expect(issuer.record.reads).toEqual([
      {
        reader: "caseworker",
        transaction: expect.stringMatching(/^[\w-]{43}$/),
        person: staff,
        citizens: [ana],
        client: "cli",
        department: "pension",
        role: "caseworker",
        purpose,
        categories: ["pension.account", "person.name"],
      },
    ]);
  });

  it("is recorded with everybody whom variables name, once", async () => {
    const both = [ana, newCitizenId()].sort();
    const query = "query ($ids: [CitizenID!]!) { citizens(ids: $ids) { name } }";
    const { errors } = await ask(query, { purpose, variables: { ids: [...both, ana] } });
    expect(errors).toBeUndefined();
    expect(issuer.record.reads.map(({ citizens }) => citizens)).toEqual([both]);
  });

  it("leaves no copy that could be read again unrecorded, where a citizen may keep her own", async () => {
    const keeping = async (id: string, asking: Asking) =>
      (await ask(`{ citizen(id: "${id}") { name } }`, asking)).headers.get("cache-control");
    expect(await keeping(staff, { claims: {} })).toBe("private, max-age=60");
    expect(await keeping(ana, { purpose })).toBe("private, no-store");
  });

  it("is recorded anew with every request, whether or not another serves it", async () => {
    const token = await tokenWith(pensionCaseworker);
    const again = () => ask(all, { purpose, token });
    await Promise.all([again(), again()]);
    await again();
    expect(issuer.record.reads).toHaveLength(3);
    expect(new Set(issuer.record.reads.map(({ transaction }) => transaction)).size).toBe(1);
  });

  it("asks services with one token for the same citizens, by which the record can be found", async () => {
    const token = await tokenWith(pensionCaseworker);
    pension.tokens.length = 0;
    const [one, other] = [newCitizenId(), newCitizenId()];
    const named = `{ citizen(id: "${one}") { name } }`;
    const open = `{ citizen(id: "${one}") { pension { balance } } }`;
    const ofBoth = `{ citizen(id: "${one}") { pension { balance } } b: citizen(id: "${other}") { name } }`;
    for (const query of [named, open, ofBoth]) await ask(query, { purpose, token });
    const [first, second, both, ...more] = pension.tokens;
    expect([second, more]).toEqual([first, []]);
    const names = issuer.record.reads.map(({ transaction }) => transactionAt(transaction, "pension"));
    expect([first, second, both].map((each) => decodeJwt(String(each)).txn)).toEqual(names);
    expect(decodeJwt(String(both)).citizens).toHaveLength(2);
  });
});

describe("reads that come together", () => {
  const readOf = (id: string) => ask(`{ citizen(id: "${id}") { name } }`, { purpose });

  it("are recorded together while others are on their way, and read only then", async () => {
    const answered = Promise.withResolvers<void>();
    issuer.record.pause = answered.promise;
    const reads = Array.from({ length: 12 }, () => readOf(newCitizenId()));
    await expect.poll(() => issuer.record.calls.length).toBeGreaterThan(0);
    expect(asked()).toEqual([]);
    answered.resolve();
    issuer.record.pause = undefined;
    for (const { errors } of await Promise.all(reads)) expect(errors).toBeUndefined();
    expect(issuer.record.reads).toHaveLength(12);
    expect(issuer.record.calls.length).toBeLessThan(12);
  });

  it("have outcomes of their own", async () => {
    const [unknown, broken] = [newCitizenId(), newCitizenId()];
    issuer.record.outcomeOf = ({ citizens: [id] }) =>
      id === unknown ? "unknown-person" : id === broken ? "invalid" : "kept";
    const answers = await Promise.all([ana, unknown, broken, newCitizenId()].map(readOf));
    const codes = answers.map(({ errors }) => errors?.map(({ extensions }) => extensions.code));
    expect(codes).toEqual([undefined, ["FORBIDDEN"], ["READ_NOT_RECORDED"], undefined]);
    expect(issuer.record.reads).toHaveLength(2);
  });
});

describe("nothing is read, and no subgraph asked,", () => {
  const known = "Yours are: pension-determination.";
  const refusals: readonly [string, Asking & { readonly query?: string }, string, string][] = [
    ["for an unregistered purpose", { purpose: "curiosity" }, "BAD_REQUEST", known],
    ["for another department's purpose", { purpose: "treatment" }, "FORBIDDEN", known],
    ["by another role", { purpose, claims: { ...pensionCaseworker, role: "clerk" } }, "FORBIDDEN", "Yours are: none."],
    [
      "by another department",
      { purpose, claims: { ...pensionCaseworker, department: "health" } },
      "FORBIDDEN",
      "none.",
    ],
    [
      "by one who signed in with less than a passkey",
      { purpose, claims: { ...pensionCaseworker, acr: "urn:huimin:loa:2" } },
      "INSUFFICIENT_USER_AUTHENTICATION",
      "more certainty",
    ],
    ["for the purpose of a citizen", { purpose, claims: {} }, "BAD_REQUEST", "Leave out"],
    ["for the purpose of a delegate", { purpose, claims: { act: { sub: ana } } }, "BAD_REQUEST", "Leave out"],
    ["about nobody", { purpose, query: "{ me { name } }" }, "BAD_REQUEST", "Name the citizens"],
    ["by a mutation", { purpose, query: `mutation { pay(id: "${ana}") }` }, "FORBIDDEN", "queries only"],
    ["about what is no citizen", { purpose, query: '{ citizen(id: "42") { name } }' }, "FORBIDDEN", "not allowed"],
  ];
  it.each(refusals)("%s", async (_what, { query = all, ...asking }, code, message) => {
    const { data, errors } = await ask(query, asking);
    expect(data).toBeUndefined();
    expect(errors).toEqual([expect.objectContaining({ extensions: expect.objectContaining({ code }) })]);
    expect(errors?.[0]?.message).toContain(message);
    expect([asked(), issuer.record.reads]).toEqual([[], []]);
  });

  it("about more citizens than a case is about", async () => {
    const query = "query ($ids: [CitizenID!]!) { citizens(ids: $ids) { name } }";
    const ids = Array.from({ length: 11 }, newCitizenId);
    expect((await ask(query, { purpose, variables: { ids } })).errors?.[0]?.extensions.code).toBe("BAD_REQUEST");
    expect(asked()).toEqual([]);
  });

  it.each([
    [500, "READ_NOT_RECORDED"],
    [401, "READ_NOT_RECORDED"],
  ])("when identity answers with %i instead of recording it", async (status, code) => {
    issuer.record.status = status;
    const { data, errors } = await ask(all, { purpose });
    expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([undefined, [code]]);
    expect(asked()).toEqual([]);
  });
});

describe("a caseworker without a purpose", () => {
  it("can name nobody else", async () => {
    const { errors } = await ask(all);
    expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    expect(asked()).toEqual([]);
  });

  it("reads no personal data, and is told what to do; the rest of the graph is hers", async () => {
    const { data, errors } = await ask("{ open me { name } }");
    expect(data).toEqual({ open: "open", me: { name: null } });
    const message = "State for what purpose you read this, in the header Huimin-Purpose.";
    expect(errors).toEqual([forbidden(["me", "name"], message)]);
    expect(issuer.record.reads).toEqual([]);
  });
});

describe("a citizen, and who acts for her,", () => {
  it.each([
    ["herself", {}, []],
    ["her delegate", { act: { sub: ana } }, [["health.record", "pension.account", "person.name"]]],
  ])("states no purpose: %s", async (_who, claims, recorded) => {
    const { data, errors } = await ask("{ me { name record note } }", { claims });
    expect([data, errors]).toEqual([{ me: { name: "Ana", record: "flu", note: "note" } }, undefined]);
    expect(issuer.record.reads.map(({ categories }) => categories)).toEqual(recorded);
  });

  it("changes nothing for another unrecorded", async () => {
    const pay = () => ask(`mutation { pay(id: "${ana}") }`, { claims: { act: { sub: ana } } });
    expect((await pay()).data).toEqual({ pay: "paid" });
    expect(issuer.record.reads).toEqual([expect.objectContaining({ reader: "delegate", person: ana })]);
    issuer.record.status = 500;
    const { errors } = await pay();
    expect([errors?.[0]?.extensions.code, asked()]).toEqual(["READ_NOT_RECORDED", [expect.stringContaining("pay")]]);
  });

  it("reads no part of the graph that she was not granted, and its subgraph is not asked", async () => {
    const { data, errors } = await ask("{ me { name record } }", {
      claims: { act: { sub: ana }, scope: "pension:read" },
    });
    expect(data).toEqual({ me: { name: "Ana", record: null } });
    expect(errors).toEqual([forbidden(["me", "record"], "You are not allowed to read this.")]);
    expect(health.asked).toEqual([]);
  });
});
