/** For what purpose a company reads in its own name, through the front door. */
import { randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { type GraphAnswer, postQuery } from "./city.ts";
import { type SectorTown, startSectorTown } from "./sector-town.ts";

const links = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@policy"])
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@category"])
directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
scalar CitizenID
`;

const citizenSdl = `${links}
  type Query {
    me: Citizen
    citizen(id: CitizenID!): Citizen
    citizens(ids: [CitizenID!]!): [Citizen!]
    named(by: By!): Citizen
  }
  type Mutation { rename(id: CitizenID!): String }
  type Subscription { renamed(id: CitizenID!): Citizen }
  input By { ids: [CitizenID!]! }
  type Citizen @key(fields: "id") {
    id: CitizenID!
    name: String @category(names: ["person.name"])
    birthDate: String @category(names: ["person.birth"])
    papers: [Paper!]
    latest: Document
    history: String @category(names: ["person.name"]) @policy(policies: [["herself"]])
    cases: String @category(names: ["person.name"]) @policy(policies: [["caseworker"]])
  }
  interface Document @category(names: ["person.name"]) { text: String }
  union Paper = Certificate | Diagnosis
  type Certificate implements Document @category(names: ["person.name"]) { text: String }
  type Diagnosis implements Document @category(names: ["health.record"]) { text: String }
`;

const waterSdl = `${links}
  type Citizen @key(fields: "id") { id: CitizenID! waterName: String @category(names: ["person.name"]) }
`;

let town: SectorTown;
beforeAll(async () => {
  const citizen = (id: string) => ({
    id,
    name: "Ana",
    birthDate: "1990-01-01",
    papers: [
      { __typename: "Certificate", text: "certificate" },
      { __typename: "Diagnosis", text: "diagnosis" },
    ],
    latest: { __typename: "Diagnosis", text: "diagnosis" },
    history: "history",
    cases: "cases",
  });
  const believing = {
    Query: {
      me: (_query: unknown, _arguments: unknown, { subject }: { subject: string }) => citizen(subject),
      citizen: (_query: unknown, { id }: { id: string }) => citizen(id),
      citizens: (_query: unknown, { ids }: { ids: string[] }) => ids.map(citizen),
      named: (_query: unknown, { by }: { by: { ids: string[] } }) => citizen(String(by.ids[0])),
    },
    Mutation: { rename: () => "renamed" },
  };
  town = await startSectorTown(
    {
      citizen: { sdl: citizenSdl, resolvers: believing },
      water: { sdl: waterSdl, resolvers: { Citizen: { waterName: () => "Ana" } }, sector: "waterco" },
    },
    {},
    ["powerco", "bank"],
  );
});
afterAll(() => town.close());
beforeEach(() => {
  for (const received of town.received.values()) received.length = 0;
  town.record.reads.length = 0;
});

const ana = randomUUID();
const government = () => town.forms("government").seal(ana);
const hers = (sector = "waterco") => town.forms(sector).seal(ana);
const asked = () => [...town.received.values()].flat();

interface Asking {
  readonly purpose?: string | undefined;
  readonly id?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Of the token; the water company's own unless given. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A company asks in its own name, about a customer whom it names. */
async function ask(query: string, asking: Asking = {}): Promise<GraphAnswer> {
  const { id = hers(), variables = { id }, claims = {} } = asking;
  const purpose = "purpose" in asking ? asking.purpose : "supply-contract";
  const own = { sub: "water-billing", client_id: "water-billing" };
  const token = await town.token("waterco", ana, { ...own, ...claims });
  const headers = purpose === undefined ? {} : { "huimin-purpose": purpose };
  return await postQuery(town.url, query, { token, variables, headers });
}

const name = "query ($id: CitizenID!) { citizen(id: $id) { id name } }";

describe("a company with a purpose that is its own", () => {
  it("reads a customer whom it names by its own form, and hears of her by it alone", async () => {
    const { data, errors } = await ask(name);
    expect([data, errors]).toEqual([{ citizen: { id: hers(), name: "Ana" } }, undefined]);
  });

  it("is recorded beforehand: which company, by which client, for what, whom and what", async () => {
    await ask(name);
    expect(town.record.reads).toEqual([
      {
        reader: "company",
        transaction: expect.any(String),
        sector: "waterco",
        citizens: [government()],
        client: "water-billing",
        purpose: "supply-contract",
        categories: ["person.name"],
      },
    ]);
  });

  it("goes to a department as what it is, with whom it may read there", async () => {
    await ask(name);
    const [call] = town.received.get("citizen") ?? [];
    const { sub, purp, company, citizens, ...token } = decodeJwt(String(call?.headers[transactionTokenHeader]));
    expect({ sub, purp, company, citizens }).toEqual({
      sub: "urn:huimin:company:waterco",
      purp: "supply-contract",
      company: "waterco",
      citizens: [government()],
    });
    for (const absent of ["act", "acr", "auth_time", "role", "department"]) expect(token).not.toHaveProperty(absent);
  });

  const beyond = "The purpose that you stated does not cover this kind of data.";
  it.each([
    ["by a field", "{ birthDate }", { birthDate: null }],
    ["by an alias", "{ name: birthDate }", { name: null }],
    ["in a fragment", "{ ... on Citizen { birthDate } }", { birthDate: null }],
    ["through an interface that has a wider kind behind it", "{ latest { text } }", { latest: null }],
    ["where only the person herself reads", "{ history }", { history: null }],
    ["where only caseworkers read", "{ cases }", { cases: null }],
    ["at a company's subgraph, were it its own", "{ waterName }", { waterName: null }],
  ])("reads nothing beyond it %s", async (_how, selection, citizen) => {
    const { data, errors } = await ask(`query ($id: CitizenID!) { citizen(id: $id) ${selection} }`);
    expect(data).toEqual({ citizen });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
    expect(JSON.stringify(asked().map(({ body }) => body))).not.toMatch(/birthDate|history|cases|waterName/);
  });

  it("reads of a union the member that it covers, and of the other that it is there", async () => {
    const members = "papers { ... on Certificate { text } ... on Diagnosis { secret: text } }";
    const { data, errors } = await ask(`query ($id: CitizenID!) { citizen(id: $id) { ${members} } }`);
    expect(JSON.stringify(data)).not.toContain("diagnosis");
    expect(errors?.map(({ message }) => message)).toContain(beyond);
  });

  it("is nobody itself", async () => {
    const { data } = await ask(`query ($id: CitizenID!) { me { name } citizen(id: $id) { name } }`);
    const [call] = town.received.get("citizen") ?? [];
    expect(decodeJwt(String(call?.headers[transactionTokenHeader])).sub).not.toMatch(/^hm\d+_/);
    expect(data).toMatchObject({ citizen: { name: "Ana" } });
  });
});

describe("nothing is read, and no subgraph asked,", () => {
  const others = () => town.forms("waterco").seal(randomUUID());
  const refusals: readonly [string, () => Asking & { readonly query?: string }, string][] = [
    ["without a purpose", () => ({ purpose: undefined }), "FORBIDDEN"],
    ["without a purpose, about nobody", () => ({ purpose: undefined, query: "{ me { name } }" }), "FORBIDDEN"],
    ["for an unregistered purpose", () => ({ purpose: "curiosity" }), "BAD_REQUEST"],
    ["for a caseworker's purpose", () => ({ purpose: "pension-determination" }), "FORBIDDEN"],
    ["for another company's purpose", () => ({ claims: { sector: "bank" }, id: hers("bank") }), "FORBIDDEN"],
    ["about her by the departments' form", () => ({ id: government() }), "FORBIDDEN"],
    ["about her by another company's form", () => ({ id: hers("powerco") }), "FORBIDDEN"],
    ["about what is no citizen", () => ({ id: "42" }), "FORBIDDEN"],
    ["about nobody", () => ({ query: "{ me { name } }", variables: {} }), "BAD_REQUEST"],
    [
      "about two, by a list",
      () => ({
        query: "query ($ids: [CitizenID!]!) { citizens(ids: $ids) { name } }",
        variables: { ids: [hers(), others()] },
      }),
      "BAD_REQUEST",
    ],
    [
      "about two, by an input",
      () => ({ query: "query ($by: By!) { named(by: $by) { name } }", variables: { by: { ids: [hers(), others()] } } }),
      "BAD_REQUEST",
    ],
    [
      "about two, by aliases",
      () => ({
        query: "query ($a: CitizenID!, $b: CitizenID!) { a: citizen(id: $a) { name } b: citizen(id: $b) { name } }",
        variables: { a: hers(), b: others() },
      }),
      "BAD_REQUEST",
    ],
    [
      "whom the text names",
      () => ({ query: `{ citizen(id: "${hers()}") { name } }`, variables: {} }),
      "BAD_USER_INPUT",
    ],
    ["by a mutation", () => ({ query: "mutation ($id: CitizenID!) { rename(id: $id) }" }), "FORBIDDEN"],
    [
      "by one that works for a department as well",
      () => ({ purpose: "treatment", claims: { department: "health", role: "nurse", acr: "urn:huimin:loa:3" } }),
      "FORBIDDEN",
    ],
    ["in the sector of the departments", () => ({ claims: { sector: "government" } }), "TOKEN_INVALID"],
    ["in a sector that nobody registered", () => ({ claims: { sector: "casino" } }), "TOKEN_INVALID"],
    ["in no sector", () => ({ claims: { sector: undefined } }), "TOKEN_INVALID"],
    ["through a citizen's token of the company", () => ({ claims: { sub: hers(), client_id: "app" } }), "BAD_REQUEST"],
    ["without the scope of the department", () => ({ claims: { scope: "water:read" } }), "FORBIDDEN"],
  ];
  it.each(refusals)("%s", async (_what, asking, code) => {
    const { query = name, ...rest } = asking();
    const { data, errors } = await ask(query, rest);
    expect(JSON.stringify(data) ?? "").not.toContain("Ana");
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(asked()).toEqual([]);
  });

  it("over a subscription", async () => {
    const { errors } = await ask("subscription ($id: CitizenID!) { renamed(id: $id) { name } }");
    expect(errors?.map(({ extensions }) => extensions.code)).not.toContain(undefined);
    expect([asked(), town.record.reads]).toEqual([[], []]);
  });
});
