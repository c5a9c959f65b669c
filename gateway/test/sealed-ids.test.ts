import { randomUUID } from "node:crypto";
import { createClient } from "graphql-sse";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GraphAnswer } from "./city.ts";
import { type SectorTown, startSectorTown, type TownContext } from "./sector-town.ts";

const links = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable"])
  scalar CitizenID
`;
const registerSdl = `${links}
  type Query { me: Citizen }
  type Citizen @key(fields: "id") { id: CitizenID! home: Home }
  type Home { id: ID! }
`;
const invoice = `interface Invoice { id: ID! }`;
const companySdl = (bill: string, field: string) => `${links} ${invoice}
  type Query { ${field}(id: ID!): ${bill} ${field}sOf(ids: [ID!], filter: ${bill}Filter): [${bill}!] }
  input ${bill}Filter { id: ID words: String any: [${bill}Filter!] }
  type Citizen @key(fields: "id") { id: CitizenID! ${field}s: [Invoice!] ${field}Ids: [[ID]] }
  type ${bill} implements Invoice @key(fields: "id") { id: ID! of: CitizenID words: String }
`;
const waterSdl = `${companySdl("WaterBill", "waterBill")} type Subscription { billed(bill: ID): WaterBill }`;
/** A second subgraph of the water company, which is asked for its bills by their key. */
const metersSdl = `${links}
  type WaterBill @key(fields: "id") { id: ID! words: String @external meter: String shown: String @requires(fields: "words") }
`;

/** What reached resolvers and references. */
const given: unknown[] = [];
const noted = <Value>(value: Value): Value => {
  given.push(value);
  return value;
};
const resolversOf = (bill: string, field: string, id: (citizen: string) => string | number) => ({
  Query: {
    [field]: (_root: unknown, { id: one }: { id: string }) => ({ id: noted(one), words: "one" }),
    [`${field}sOf`]: (_root: unknown, asked: { ids?: string[] }) =>
      (noted(asked).ids ?? []).map((one) => ({ id: one })),
  },
  Citizen: {
    __resolveReference: (entity: object) => entity,
    [`${field}s`]: ({ id: her }: { id: string }) => [{ __typename: bill, id: id(her), words: "w", of: her }],
    [`${field}Ids`]: ({ id: her }: { id: string }) => [[id(her), null], null],
  },
  [bill]: { __resolveReference: (entity: { id: string }) => ({ ...entity, id: noted(entity.id), words: "again" }) },
});

/** As a company may hide a key that others have as well. */
const hidden = (citizen: string) => `bill-of ${citizen}`;
const [her, other] = [randomUUID(), randomUUID()];
let town: SectorTown;
beforeAll(async () => {
  town = await startSectorTown(
    {
      register: {
        sdl: registerSdl,
        resolvers: {
          Query: { me: (_root: unknown, _given: unknown, { subject }: TownContext) => ({ id: subject }) },
          Citizen: { home: () => ({ id: "home 7" }) },
        },
      },
      water: {
        sdl: waterSdl,
        sector: "waterco",
        resolvers: {
          ...resolversOf("WaterBill", "waterBill", hidden),
          Subscription: {
            billed: {
              async *subscribe(_root: unknown, { bill }: { bill?: string }, { subject }: TownContext) {
                given.push(bill);
                yield { billed: { id: hidden(subject) } };
              },
            },
          },
        },
      },
      meters: {
        sdl: metersSdl,
        sector: "waterco",
        resolvers: {
          WaterBill: {
            __resolveReference: (entity: { id: string }) => ({
              ...entity,
              meter: noted(entity.id) && "seen",
              shown: "yes",
            }),
          },
        },
      },
      power: {
        sdl: companySdl("PowerBill", "powerBill"),
        sector: "powerco",
        resolvers: resolversOf("PowerBill", "powerBill", () => 7),
      },
    },
    {},
    ["bank"],
  );
});
afterAll(() => town.close());
beforeEach(() => {
  given.length = 0;
});

const codes = ({ errors = [] }: GraphAnswer) => errors.map(({ extensions }) => extensions.code);
const rawBill = () => hidden(town.forms("waterco").seal(her));

interface Seen {
  readonly water: string;
  readonly power: string;
  readonly home: string;
}

/** The IDs of a bill of each company and of a home of the department's, as a client of the sector is given them. */
async function idsFor(sector: string, citizen = her, client = "cli"): Promise<Seen> {
  const token = await town.token(sector, citizen, { client_id: client });
  const { data } = await town.askWith(token, "{ me { home { id } waterBills { number: id } powerBills { id } } }");
  const { home, waterBills, powerBills } = Object(data?.me) as {
    home: { id: string };
    waterBills: [{ number: string }];
    powerBills: [{ id: string }];
  };
  return { water: waterBills[0].number, power: powerBills[0].id, home: home.id };
}

describe("an ID", () => {
  it("goes as it is to clients of the own sector, and sealed to all others", async () => {
    expect(await idsFor("waterco")).toMatchObject({ water: rawBill(), home: expect.stringMatching(/^hmi1_/) });
    expect(await idsFor("government")).toMatchObject({ home: "home 7", water: expect.stringMatching(/^hmi1_/) });
    const { water, power, home } = await idsFor("bank");
    for (const id of [water, power, home]) expect(id).toMatch(/^hmi1_[\w-]+$/);
  });

  it("is the same whenever and wherever she reads it, and another for everybody else", async () => {
    const first = await idsFor("government");
    expect(await idsFor("government")).toEqual(first);
    const { data } = await town.ask(
      "government",
      her,
      "{ me { waterBillIds waterBills { ... on WaterBill { id } } } }",
    );
    expect(data?.me).toEqual({ waterBillIds: [[first.water, null], null], waterBills: [{ id: first.water }] });
    const all = [
      first,
      await idsFor("bank"),
      await idsFor("government", her, "another"),
      await idsFor("government", other),
    ];
    expect(new Set(all.map(({ power }) => power)).size).toBe(all.length);
  });

  it("comes back as it was, wherever it is given", async () => {
    for (const sector of ["government", "bank"]) {
      const { water: id } = await idsFor(sector);
      given.length = 0;
      const filter = { id, words: id, any: [{ id }, {}] };
      const detail = `query ($id: ID!, $filter: WaterBillFilter) {
        waterBill(id: $id) { id } waterBillsOf(ids: [$id, "${id}"], filter: $filter) { id }
        again: waterBillsOf(ids: "${id}", filter: { id: "${id}", any: [{ id: $id }] }) { id } }`;
      const { data, errors } = await town.ask(sector, her, detail, { id, filter });
      expect(errors).toBeUndefined();
      const raw = rawBill();
      expect(given).toEqual([
        raw,
        { ids: [raw, raw], filter: { id: raw, words: id, any: [{ id: raw }, {}] } },
        { ids: [raw], filter: { id: raw, any: [{ id: raw }] } },
      ]);
      expect(data).toEqual({ waterBill: { id }, waterBillsOf: [{ id }, { id }], again: [{ id }] });
    }
  });

  it("finds an entity at the company's own subgraphs, which see it raw", async () => {
    const { water: id } = await idsFor("bank");
    given.length = 0;
    const query = "{ me { waterBills { id ... on WaterBill { meter shown } } } }";
    const { data, errors } = await town.ask("bank", her, query);
    expect(errors).toBeUndefined();
    expect(data?.me).toEqual({ waterBills: [{ id, meter: "seen", shown: "yes" }] });
    expect(new Set(given)).toEqual(new Set([rawBill()]));
  });

  it("counts for none but whom it was given to, and at nobody's but whose it is", async () => {
    const [hers, bank, others] = [await idsFor("government"), await idsFor("bank"), await idsFor("government", other)];
    const altered = `${hers.water.slice(0, 20)}${hers.water[20] === "A" ? "B" : "A"}${hers.water.slice(21)}`;
    const foreign = [hers.power, bank.water, others.water, altered, `${hers.water}A`, "7", rawBill(), hers.home, ""];
    given.length = 0;
    const one = "query ($id: ID!) { waterBill(id: $id) { id } }";
    const nested = "query ($id: ID!) { waterBillsOf(filter: { any: [{ id: $id }] }) { id } }";
    const held = "query ($filter: WaterBillFilter) { waterBillsOf(filter: $filter) { id } }";
    for (const id of foreign) {
      const answers = [
        await town.ask("government", her, one, { id }),
        await town.ask("government", her, nested, { id }),
        await town.ask("government", her, held, { filter: { any: [{ any: [{ id }] }] } }),
        await town.ask("government", her, `{ waterBill(id: ${JSON.stringify(id)}) { id } }`),
      ];
      expect(answers.map(codes), id).toEqual(answers.map(() => ["BAD_USER_INPUT"]));
    }
    expect(codes(await town.ask("government", her, "{ waterBill(id: 7) { id } }"))).toEqual(["BAD_USER_INPUT"]);
    expect(given).toEqual([]);
  });

  it("is the same in a company's stream", async () => {
    const { water: id } = await idsFor("government");
    const headers = { authorization: `Bearer ${await town.token("government", her)}` };
    const client = createClient({ url: `${town.url}/graphql`, headers, retryAttempts: 0 });
    const query = "subscription ($bill: ID) { billed(bill: $bill) { id } }";
    const firstOf = async (bill: string): Promise<unknown> => {
      for await (const event of client.iterate({ query, variables: { bill } })) return event;
      return undefined;
    };
    given.length = 0;
    expect(await firstOf(id)).toEqual({ data: { billed: { id } } });
    expect(given[0]).toBe(rawBill());
    expect(await firstOf("7")).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
    client.dispose();
  });
});
