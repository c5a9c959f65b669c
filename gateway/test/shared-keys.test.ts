import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sharedKeyPattern } from "../../trust/shared-key.ts";
import type { GraphAnswer } from "./city.ts";
import { type SectorTown, startSectorTown, type TownContext } from "./sector-town.ts";

const links = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@sharedKey"])
  scalar CitizenID
  directive @sharedKey on SCALAR
  scalar PremisesKey @sharedKey
  scalar CaseKey @sharedKey
  input Place { key: PremisesKey words: String any: [Place!] }
`;
const registerSdl = `${links}
  type Query { me: Citizen at(key: PremisesKey, keys: [PremisesKey!], place: Place, words: String): String }
  type Citizen @key(fields: "id") { id: CitizenID! homes: [Premises!] case: CaseKey }
  type Premises @key(fields: "key") { key: PremisesKey! address: String }
`;
const companySdl = (name: string) => `${links}
  type Query { ${name}At(key: PremisesKey, keys: [PremisesKey!], place: Place, words: String): String }
  type Citizen @key(fields: "id") { id: CitizenID! ${name}Homes: [Premises!] }
  type Premises @key(fields: "key") { key: PremisesKey! ${name}Meter: String }
`;

/** What reached resolvers and references of each subgraph. */
const given: Record<"register" | "water" | "power", unknown[]> = { register: [], water: [], power: [] };
const references = (name: keyof typeof given, field: string) => ({
  __resolveReference({ key }: { key: string }) {
    given[name].push(key);
    return { key, [field]: `${field} there` };
  },
});
const asked = (name: keyof typeof given) => (_root: unknown, args: object) => {
  given[name].push(args);
  return JSON.stringify(args);
};
/** What the water company says of where she lives. */
let waterHomes: (known: string) => unknown = (known) => [{ key: known }];
let knownToWater = "";

const raw = "home 17";
const her = randomUUID();
let town: SectorTown;
beforeAll(async () => {
  const person = { __resolveReference: (entity: object) => entity };
  town = await startSectorTown(
    {
      register: {
        sdl: registerSdl,
        resolvers: {
          Query: {
            me: (_root: unknown, _given: unknown, { subject }: TownContext) => ({ id: subject }),
            at: asked("register"),
          },
          Citizen: { homes: () => [{ key: raw, address: "Long Street" }], case: () => raw },
          Premises: references("register", "address"),
        },
      },
      water: {
        sdl: companySdl("water"),
        sector: "waterco",
        resolvers: {
          Query: { waterAt: asked("water") },
          Citizen: { ...person, waterHomes: () => waterHomes(knownToWater) },
          Premises: references("water", "waterMeter"),
        },
      },
      power: {
        sdl: companySdl("power"),
        sector: "powerco",
        resolvers: {
          Query: { powerAt: asked("power") },
          Citizen: person,
          Premises: references("power", "powerMeter"),
        },
      },
    },
    {},
    ["bank"],
  );
  await askOf("government", "{ me { homes { waterMeter } } }");
  knownToWater = String(given.water[0]);
});
afterAll(() => town.close());
beforeEach(() => {
  waterHomes = (known) => [{ key: known }];
  for (const name of ["register", "water", "power"] as const) {
    given[name].length = 0;
    town.received.get(name)?.splice(0);
  }
});

const askOf = (sector: string, query: string, variables?: Readonly<Record<string, unknown>>) =>
  town.ask(sector, her, query, variables);
const codes = ({ errors = [] }: GraphAnswer) => errors.map(({ extensions }) => extensions.code);

/** The key of her home as clients of a sector have it. */
async function keyFor(sector: string): Promise<string> {
  const { data } = await askOf(sector, "{ me { homes { key } } }");
  const [{ key }] = (Object(data?.me) as { homes: [{ key: string }] }).homes;
  return key;
}

describe("a key that sectors share", () => {
  it("is the department's own there, and of another form in every sector", async () => {
    const query = "{ me { homes { key address waterMeter powerMeter } } }";
    for (const sector of ["government", "waterco", "powerco", "bank"]) {
      const { data, errors } = await askOf(sector, query);
      expect(errors).toBeUndefined();
      const home = { address: "Long Street", waterMeter: "waterMeter there", powerMeter: "powerMeter there" };
      expect(data?.me).toEqual({ homes: [{ key: expect.stringMatching(sharedKeyPattern), ...home }] });
    }
    const atCompanies = [...new Set([...given.water, ...given.power])];
    const atClients = await Promise.all(["government", "waterco", "powerco", "bank"].map(keyFor));
    expect(atCompanies).toEqual([atClients[1], atClients[2]]);
    expect(new Set(atClients).size).toBe(4);
    for (const name of ["water", "power"]) expect(JSON.stringify(town.received.get(name))).not.toContain(raw);
  });

  it("comes to each subgraph in its own form wherever a client gives it", async () => {
    const arguments_ = "key: $key, keys: [$key], place: $place, words: $words";
    const query = (field: string) =>
      `query ($key: PremisesKey!, $place: Place, $words: String) { ${field}(${arguments_}) }`;
    for (const sector of ["government", "bank", "waterco"]) {
      const key = await keyFor(sector);
      const variables = { key, place: { key, any: [{ key }], words: "w" }, words: `at ${key}.` };
      expect(codes(await askOf(sector, query("at"), variables))).toEqual([]);
      // A department knows what it issued by its own types alone: elsewhere the form stays as it is used inside.
      const words = `at ${await keyFor("government")}.`;
      expect(given.register.at(-1)).toEqual({
        key: raw,
        keys: [raw],
        place: { key: raw, any: [{ key: raw }], words: "w" },
        words,
      });
      if (sector === "bank") continue;
      const { data } = await askOf(sector, query("waterAt"), variables);
      const own = knownToWater;
      const atWater = {
        key: own,
        keys: [own],
        place: { key: own, any: [{ key: own }], words: "w" },
        words: `at ${own}.`,
      };
      expect(given.water.at(-1)).toEqual(atWater);
      expect(JSON.parse(String(data?.waterAt))).toEqual(JSON.parse(JSON.stringify(atWater).replaceAll(own, key)));
    }
    const literal = await keyFor("government");
    await askOf("government", `{ at(place: { any: [{ key: "${literal}" }] }) waterAt(keys: "${literal}") }`);
    expect([given.register.at(-1), given.water.at(-1)]).toEqual([
      { place: { any: [{ key: raw }] } },
      { keys: [knownToWater] },
    ]);
  });

  it("finds what a company speaks of at the department, and at another company", async () => {
    const { data, errors } = await askOf("bank", "{ me { waterHomes { key address powerMeter } } }");
    expect(errors).toBeUndefined();
    expect(data?.me).toEqual({
      waterHomes: [
        {
          key: await keyFor("bank"),
          address: "address there",
          powerMeter: "powerMeter there",
        },
      ],
    });
    expect(given.register).toEqual([raw]);
    expect(given.power).toEqual([await keyFor("powerco")]);
  });
});

describe("no key", () => {
  const query = "query ($key: PremisesKey) { at(key: $key) waterAt(key: $key) }";

  it("is what is altered, of another sector, of another kind, or raw", async () => {
    const [ours, theirs] = [await keyFor("government"), await keyFor("bank")];
    const { data } = await askOf("government", "{ me { case } }");
    const altered = `${ours.slice(0, 20)}${ours[20] === "A" ? "B" : "A"}${ours.slice(21)}`;
    const ofCase = String((Object(data?.me) as { case: string }).case);
    expect(ofCase).toMatch(sharedKeyPattern);
    for (const key of [altered, theirs, ofCase, raw, knownToWater, ""]) {
      const answer = await askOf("government", query, { key });
      expect(codes(answer), key).toEqual(["BAD_USER_INPUT", "BAD_USER_INPUT"]);
    }
    expect(codes(await askOf("government", `{ at(key: "${raw}") }`))).toEqual(["BAD_USER_INPUT"]);
    // To a company's client nothing is said of forms that are not its own.
    for (const key of [ours, knownToWater]) expect(codes(await askOf("bank", query, { key }))).toEqual(["FORBIDDEN"]);
    expect([given.register, given.water]).toEqual([[], []]);
  });

  it("is named in a company's document, which is compiled once for the clients of all sectors", async () => {
    expect(codes(await askOf("bank", `{ at(key: "${await keyFor("bank")}") }`))).toEqual(["BAD_USER_INPUT"]);
  });

  it.each([
    ["a key of its own making", () => [{ key: "17" }]],
    ["the form of another sector", () => [{ key: town.keys("powerco").seal(`PremisesKey:${raw}`) }]],
    ["a key of another kind", () => [{ key: town.keys("waterco").seal(`CaseKey:${raw}`) }]],
  ])("is %s in a company's answer, which then does not count", async (_what, homes) => {
    waterHomes = homes;
    for (const sector of ["government", "waterco", "bank"]) {
      const { data, ...answer } = await askOf(sector, "{ me { waterHomes { key address } } }");
      expect([data?.me, codes(answer as GraphAnswer)]).toEqual([{ waterHomes: null }, ["SUBGRAPH_UNAVAILABLE"]]);
    }
    expect(given.register).toEqual([]);
  });

  it("is translated by a company's client for another company, whatever it is called", async () => {
    const key = await keyFor("waterco");
    const attempts = [
      ["query ($key: PremisesKey) { powerAt(key: $key) }", { key }],
      ["query ($key: PremisesKey!) { powerAt(keys: [$key]) }", { key }],
      ["query ($place: Place) { powerAt(place: $place) }", { place: { any: [{ words: `${key}` }] } }],
      ["query ($words: String) { powerAt(words: $words) }", { words: `it is ${key}` }],
    ] as const;
    for (const [text, variables] of attempts)
      expect(codes(await askOf("waterco", text, variables))).toEqual(["FORBIDDEN"]);
    const encoded = { words: Buffer.from(`is ${key}`).toString("base64") };
    expect(codes(await askOf("waterco", "query ($words: String) { powerAt(words: $words) }", encoded))).toEqual([
      "FORBIDDEN",
    ]);
    expect(given.power).toEqual([]);
  });
});
