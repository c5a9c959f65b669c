import { randomUUID } from "node:crypto";
import { createClient } from "graphql-sse";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventKinds } from "../../trust/event-token.ts";
import type { GraphAnswer } from "./city.ts";
import { type EventKeys, sendEvents, startEventKeys } from "./event-keys.ts";
import { type SectorTown, startSectorTown, type TownContext } from "./sector-town.ts";

const links = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar CitizenID
  directive @announced on FIELD_DEFINITION
`;

const registerSdl = `${links}
  type Query { me: Citizen citizen(id: CitizenID!): Citizen }
  type Citizen @key(fields: "id") { id: CitizenID! remark: String friends: [Citizen!] }
`;

const waterSdl = `${links}
  type Subscription { leak: Leak burst: Burst @announced }
  type Citizen @key(fields: "id") {
    id: CitizenID!
    water(about: CitizenID, words: String): String
    neighbours: [Citizen!]
  }
  type Leak { at: Citizen text: String }
  type Burst @key(fields: "id") { id: ID! text: String }
`;

/** What the parties say next. */
const says = {
  remark: "",
  water: "",
  neighbours: (_self: string): string[] => [],
  friends: (_self: string): string[] => [],
  leak: { at: "", text: "" },
  escaped: false,
};

const [her, other] = [randomUUID(), randomUUID()];
let keys: EventKeys;
let town: SectorTown;
beforeAll(async () => {
  keys = await startEventKeys();
  const reference = { __resolveReference: (given: { id: string }) => given };
  const register = {
    sdl: registerSdl,
    resolvers: {
      Query: {
        me: (_root: unknown, _args: unknown, { subject }: TownContext) => ({ id: subject }),
        citizen: (_root: unknown, { id }: { id: string }) => ({ id }),
      },
      Citizen: {
        ...reference,
        remark: () => says.remark,
        friends: ({ id }: { id: string }) => says.friends(id).map((friend) => ({ id: friend })),
      },
    },
  };
  const water = {
    sdl: waterSdl,
    sector: "waterco",
    resolvers: {
      Citizen: {
        ...reference,
        water: () => says.water,
        neighbours: ({ id }: { id: string }) => says.neighbours(id).map((neighbour) => ({ id: neighbour })),
      },
      Subscription: {
        leak: {
          async *subscribe() {
            yield { leak: says.leak };
          },
        },
      },
      Leak: { at: ({ at }: { at: string }) => (at === "" ? null : { id: at }) },
      Burst: { __resolveReference: ({ id }: { id: string }) => ({ id, text: says.water }) },
    },
    write: (answer: object) => {
      const text = JSON.stringify(answer);
      return says.escaped ? text.replaceAll("hm1_", "\\u0068m1_") : text;
    },
  };
  town = await startSectorTown({ register, water }, { HUIMIN_EVENT_KEYS: `water=${keys.url}` }, ["bank"]);
});
afterAll(async () => {
  await town.close();
  await keys.close();
});
beforeEach(() => {
  for (const calls of town.received.values()) calls.length = 0;
  Object.assign(says, { remark: "", water: "", neighbours: () => [], friends: () => [], escaped: false });
});

const form = (sector: string, citizenId = her) => town.forms(sector).seal(citizenId);
const encoded = (text: string) => Buffer.from(text).toString("base64");
const codes = ({ errors = [] }: GraphAnswer) => errors.map(({ extensions }) => extensions.code);
const callsTo = (subgraph: string) => town.received.get(subgraph) ?? [];
const bodiesTo = (subgraph: string) =>
  callsTo(subgraph)
    .map(({ body }) => body)
    .join("\n");

describe("what reaches a company's subgraph", () => {
  it("names her in the company's form, in literals, variables, and inside other words", async () => {
    const own = form("government");
    const query = `query ($id: CitizenID, $words: String) {
      me { byLiteral: water(about: "${own}") byVariable: water(about: $id) inWords: water(words: $words) }
    }`;
    expect(codes(await town.ask("government", her, query, { id: own, words: `of x${own}y, namely "${own}"` }))).toEqual(
      [],
    );
    expect(bodiesTo("water")).not.toContain(own);
    expect(bodiesTo("water").split(form("waterco"))).toHaveLength(6);
    expect(bodiesTo("water")).toContain(`x${form("waterco")}y`);
  });

  it.each([
    ["another company's form", () => form("bank")],
    ["a form of nobody", () => `hm1_${"A".repeat(43)}`],
    ["another company's form that has grown into a word", () => `x${form("bank")}`],
    ["her form as base64, one byte later", () => `cursor:${encoded(`2:${form("government")}`)}`],
    ["her form as base64url", () => Buffer.from(`_${form("government")}`).toString("base64url")],
    ["her form as base64", () => `cursor:${encoded(`20:${form("government")}`)}`],
  ])("is nothing at all when it would hold %s", async (_name, words) => {
    const before = town.logged().length;
    const query = "query ($words: String) { me { id water(words: $words) } }";
    const answer = await town.ask("government", her, query, { words: words() });
    expect(answer.data).toEqual({ me: { id: form("government"), water: null } });
    expect(codes(answer)).toEqual(["FORBIDDEN"]);
    expect(callsTo("water")).toEqual([]);
    expect(town.logged().slice(before)).toContain('"subgraph":"water"');
    expect(town.logged().slice(before)).not.toMatch(/hm1_[A-Za-z0-9_-]{43}/);
  });

  it("carries no header of the client's", async () => {
    const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "x-request-id": "r-1" };
    const authorization = `Bearer ${await town.token("government", her)}`;
    await fetch(`${town.url}/graphql`, {
      method: "POST",
      headers: { ...headers, authorization, "content-type": "application/json", tracestate: "a=b", baggage: "c=d" },
      body: JSON.stringify({ query: "{ me { water } }" }),
    });
    expect(callsTo("water")).toHaveLength(1);
    for (const { headers: received } of callsTo("water")) {
      for (const name of ["traceparent", "tracestate", "baggage", "x-request-id", "authorization", "user-agent"]) {
        expect(received).not.toHaveProperty(name);
      }
    }
  });
});

describe("what is of the type CitizenID and no citizen's ID", () => {
  const posing = ["12", "customer 12", `hm1_${"A".repeat(42)}`, randomUUID()];

  it("does not come from a company, to whomever", async () => {
    for (const id of posing) {
      says.neighbours = () => [id];
      for (const sector of ["government", "bank", "waterco"]) {
        const answer = await town.ask(sector, her, "{ me { water neighbours { id } } }");
        expect([answer.data, codes(answer)]).toEqual([
          { me: { water: null, neighbours: null } },
          ["SUBGRAPH_UNAVAILABLE", "SUBGRAPH_UNAVAILABLE"],
        ]);
      }
    }
  });

  it("comes from a department neither to a company's client nor to its subgraph", async () => {
    for (const id of posing) {
      says.friends = () => [id];
      expect(codes(await town.ask("bank", her, "{ me { friends { id } } }"))).toEqual(["SUBGRAPH_UNAVAILABLE"]);
      expect(codes(await town.ask("government", her, "{ me { friends { water } } }"))).toEqual(["FORBIDDEN"]);
    }
    expect(callsTo("water")).toEqual([]);
  });

  it("does not come to a company's subgraph from a client", async () => {
    const query = "query ($id: CitizenID) { me { water(about: $id) } }";
    for (const id of posing) {
      for (const sector of ["government", "bank", "waterco"]) {
        expect(codes(await town.ask(sector, her, query, { id }))).toEqual(["BAD_USER_INPUT"]);
        expect(codes(await town.ask(sector, her, `{ me { water(about: "${id}") } }`))).toEqual(["BAD_USER_INPUT"]);
      }
    }
    expect(callsTo("water")).toEqual([]);
  });
});

describe("what a company's subgraph answers", () => {
  const query = "{ me { id water } }";
  it("comes in the client's form, also inside other words and behind escapes", async () => {
    says.water = `for ${form("waterco")}_`;
    for (const escaped of [false, true]) {
      says.escaped = escaped;
      const { data } = await town.ask("bank", her, query);
      expect(data).toEqual({ me: { id: form("bank"), water: `for ${form("bank")}_` } });
    }
  });

  it.each([
    ["the departments' form", () => form("government")],
    ["another company's form", () => form("bank")],
    ["another company's form inside a word", () => `_${form("bank")}_`],
    ["another company's form as base64", () => encoded(`{"of":"${form("bank")}"}`)],
    ["somebody whom it was not asked about", () => form("waterco", other)],
  ])("is refused when it names %s", async (_name, words) => {
    says.water = words();
    for (const escaped of [false, true]) {
      says.escaped = escaped;
      const before = town.logged().length;
      const answer = await town.ask("government", her, query);
      expect(answer.data).toEqual({ me: { id: form("government"), water: null } });
      expect(codes(answer)).toEqual(["SUBGRAPH_UNAVAILABLE"]);
      expect(town.logged().slice(before)).toContain('"subgraph":"water"');
      expect(town.logged().slice(before)).not.toMatch(/hm1_[A-Za-z0-9_-]{43}/);
    }
  });

  it("may be about others for clients of its own sector alone", async () => {
    says.neighbours = () => [form("waterco", other)];
    const neighbours = "{ me { neighbours { id } } }";
    const { data } = await town.ask("waterco", her, neighbours);
    expect(data).toEqual({ me: { neighbours: [{ id: form("waterco", other) }] } });
    for (const sector of ["government", "bank"]) {
      expect(codes(await town.ask(sector, her, neighbours))).toEqual(["SUBGRAPH_UNAVAILABLE"]);
    }
  });

  it("may be about whom the graph asked it about", async () => {
    says.friends = () => [form("government", other)];
    says.neighbours = (self) => [self];
    const { data, errors } = await town.ask("government", her, "{ me { friends { neighbours { id } } } }");
    expect(errors).toBeUndefined();
    expect(data).toEqual({ me: { friends: [{ neighbours: [{ id: form("government", other) }] }] } });
  });
});

describe("what reaches a company's client", () => {
  it.each([
    ["another company's form", () => `x ${form("waterco")} y`],
    ["the departments' form as base64", () => encoded(`"${form("government")}"`)],
  ])("is not %s, though a department says it", async (_name, words) => {
    says.remark = words();
    const answer = await town.ask("bank", her, "{ me { remark } }");
    expect([answer.data, codes(answer)]).toEqual([undefined, ["FORBIDDEN"]]);
  });
});

describe("whom a request names", () => {
  const byVariable = "query ($id: CitizenID!) { citizen(id: $id) { id } }";
  it("is herself, whatever the sector of the client", async () => {
    for (const sector of ["government", "bank", "waterco"]) {
      const { data } = await town.ask(sector, her, byVariable, { id: form(sector) });
      expect(data).toEqual({ citizen: { id: form(sector) } });
    }
  });

  it("is nobody else, and whether such a one exists is not told", async () => {
    for (const sector of ["government", "bank", "waterco"]) {
      const refused = [form(sector, other), `hm1_${"A".repeat(43)}`].map(async (id) => {
        const { data, errors } = await town.ask(sector, her, byVariable, { id });
        return [data, errors];
      });
      const [known, unknown] = await Promise.all(refused);
      expect(known).toMatchObject([undefined, [{ extensions: { code: "FORBIDDEN" } }]]);
      expect(known).toEqual(unknown);
    }
    expect(codes(await town.ask("government", her, `{ citizen(id: "${form("government", other)}") { id } }`))).toEqual([
      "FORBIDDEN",
    ]);
    expect([...callsTo("register"), ...callsTo("water")]).toEqual([]);
  });

  it("is herself when somebody acts for her, or who acts", async () => {
    const token = await town.token("bank", her, { act: { sub: form("bank", other) } });
    for (const id of [form("bank"), form("bank", other)]) {
      const response = await fetch(`${town.url}/graphql`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ query: byVariable, variables: { id } }),
      });
      expect(await response.json()).toEqual({ data: { citizen: { id } } });
    }
  });

  it.each([
    ["a literal", () => `{ citizen(id: "${form("bank")}") { id } }`],
    ["a default", () => `query ($id: CitizenID = "x") { citizen(id: $id) { id } }`],
    ["an alias", () => `{ me { hm1_${"A".repeat(43)}: id } }`],
  ])("does not stand in the text of a company's operation: %s", async (_name, query) => {
    const { data, errors } = await town.ask("bank", her, query());
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      { message: expect.stringContaining("variables"), extensions: { code: "BAD_USER_INPUT" } },
    ]);
  });
});

/** The first event of a subscription, and what came of it if there was none. */
async function listen(sector: string, query: string, then: () => Promise<void> = async () => {}): Promise<unknown> {
  const headers = { authorization: `Bearer ${await town.token(sector, her)}` };
  const connected = Promise.withResolvers<void>();
  const client = createClient({ url: `${town.url}/graphql`, headers, retryAttempts: 0 });
  const heard = client.iterate({ query }, { connected: () => connected.resolve() });
  const first = heard.next();
  await connected.promise;
  await then();
  const { value } = await first;
  await heard.return?.();
  client.dispose();
  return value;
}

describe("the events of a company's subgraph", () => {
  const leak = "subscription { leak { text at { id } } }";

  it("name her in the form of who listens", async () => {
    says.leak = { at: form("waterco"), text: `x${form("waterco")}` };
    for (const sector of ["government", "bank", "waterco"]) {
      const own = form(sector);
      expect(await listen(sector, leak)).toEqual({ data: { leak: { text: `x${own}`, at: { id: own } } } });
    }
  });

  it.each([
    ["somebody else", () => form("waterco", other)],
    ["her by the departments' form", () => form("government")],
    ["her by another company's form", () => form("bank")],
  ])("are refused when they name %s", async (_name, name) => {
    says.leak = { at: "", text: name() };
    const heard = await listen("government", leak);
    expect(heard).toMatchObject({ data: { leak: null }, errors: [{ extensions: { code: "SUBGRAPH_UNAVAILABLE" } }] });
  });

  it("find her by the company's form when they are announced, and by no other", async () => {
    const burst = "subscription { burst { id text } }";
    const announce = (citizen: string, id: string) =>
      sendEvents(town.url, keys, "water", {
        [eventKinds.announcement]: { field: "burst", entity: { __typename: "Burst", id }, citizens: [citizen] },
      });
    for (const sector of ["government", "bank", "waterco"]) {
      says.water = `for ${form("waterco")}`;
      const id = sector === "waterco" ? "4" : expect.stringMatching(/^hmi1_/);
      const heard = await listen(sector, burst, async () => {
        await announce(form("government"), "1");
        await announce(form("bank"), "2");
        await announce(form("waterco", other), "3");
        await announce(form("waterco"), "4");
      });
      expect(heard).toEqual({ data: { burst: { id, text: `for ${form(sector)}` } } });
    }
  });
});
