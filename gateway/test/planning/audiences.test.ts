/** Who sees what of the city, whatever its register of audiences says; and what a subgraph cannot open. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { isInterfaceType, isObjectType, parse, printSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putAudiences } from "../../../schema/audience-tags.ts";
import { type Audience, cityAudiences } from "../../../schema/audiences.ts";
import { composeCity } from "../../../schema/compose.ts";
import type { OrganisationRegister } from "../../../schema/organisations.ts";
import { type Category, isCategory, categories as registered } from "../../../trust/categories.ts";
import { readFieldCategories } from "../../../trust/field-categories.ts";
import { type Purpose, purposes } from "../../../trust/purposes.ts";
import { readRecipients } from "../../../trust/recipients.ts";
import { applyContract } from "../../supergraph/contract.ts";
import { type LoadedSupergraph, loadSupergraph } from "../../supergraph/supergraph.ts";

const sdl = readFileSync(new URL("../../../schema/supergraph.graphql", import.meta.url), "utf8");
/** The city before anybody has reckoned who sees what: root fields alone are tagged. */
const bare = sdl.replace(/^(?! {2}(?:me|citizen|billIssued)\b).*$/gm, (line) =>
  line.replaceAll(/ @tag\(name: "\w+"\)/g, ""),
);
const allKinds = Object.keys(registered).filter(isCategory);

let city: LoadedSupergraph;
beforeAll(async () => {
  city = await loadSupergraph(sdl);
});
afterAll(() => city.planner.close());

/** A field with its kinds of data, and with the sectors of the subgraphs that give it. */
interface Shown {
  readonly coordinate: string;
  readonly kinds: readonly string[];
  readonly sectors: readonly (string | undefined)[];
}

/** The fields outside of root types that an audience is shown. */
function shownTo(name: string, text = sdl): Shown[] {
  const { schema } = applyContract({ ...city, sdl: text }, name, { include: [name], exclude: [] });
  const categories = readFieldCategories(city.supergraphSchema);
  const recipients = readRecipients(city.supergraphSchema);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if ((!isObjectType(type) && !isInterfaceType(type)) || type.name.startsWith("__")) return [];
    if (type === schema.getQueryType() || type === schema.getSubscriptionType()) return [];
    return Object.keys(type.getFields()).map((field) => ({
      coordinate: `${type.name}.${field}`,
      kinds: [...(categories?.ofField(type.name, field) ?? [])],
      sectors: (recipients?.giversOf(type.name, field) ?? []).map((giver) => giver?.sector),
    }));
  });
}

const kindsShownTo = (name: string) => [...new Set(shownTo(name).flatMap(({ kinds }) => kinds))].sort();

describe("the city", () => {
  it.each(Object.keys(cityAudiences))("publishes what it shows %s in schema/contracts/", async (name) => {
    const { schema } = applyContract(city, name, { include: [name], exclude: [] });
    await expect(`${printSchema(schema)}\n`).toMatchFileSnapshot(`../../../schema/contracts/${name}.graphql`);
  });

  it("shows the public nothing personal", () => {
    expect(shownTo("public").map(({ coordinate }) => coordinate)).toEqual(["Citizen.id"]);
    expect(kindsShownTo("public")).toEqual([]);
  });

  it("shows a citizen's applications all that there is of her", () => {
    expect(kindsShownTo("citizens")).toEqual([...allKinds].sort());
    const all = city.supergraphSchema.getType("Citizen");
    const fields = isObjectType(all) ? Object.keys(all.getFields()) : [];
    const shown = shownTo("citizens").map(({ coordinate }) => coordinate);
    expect(shown).toEqual(expect.arrayContaining(fields.map((field) => `Citizen.${field}`)));
  });

  const covered = (isTheirs: (purpose: Purpose) => boolean) =>
    new Set([...purposes.values()].filter(isTheirs).flatMap(({ categories }) => categories));

  it("shows caseworkers what some purpose of theirs covers, and no more", () => {
    const kinds = covered(({ caseworkers }) => Object.values(caseworkers).flat().length > 0);
    expect(kindsShownTo("staff")).toEqual([...kinds].sort());
  });

  it.each(["waterco", "powerco"])("shows %s its own part, and of the departments' what its purposes cover", (name) => {
    const others = shownTo(name).filter(({ sectors }) => !sectors.includes(name));
    expect(others.filter(({ sectors }) => !sectors.includes("government"))).toEqual([]);
    expect(new Set(others.flatMap(({ kinds }) => kinds))).toEqual(covered(({ companies }) => companies.includes(name)));
  });
});

describe("whatever the register says", () => {
  const audience: fc.Arbitrary<Audience> = fc.record(
    { sees: fc.subarray<Category>(allKinds), sector: fc.constantFrom("waterco", "powerco") },
    { requiredKeys: ["sees"] },
  );

  it("an audience is shown of the citizen its kinds and its own, and nowhere anything else", {
    timeout: 60_000,
  }, () => {
    const whole = shownTo("citizens").filter(({ coordinate }) => coordinate.startsWith("Citizen."));
    fc.assert(
      fc.property(audience, (drawn) => {
        const maySee = ({ kinds, sectors }: Shown) =>
          (drawn.sector !== undefined && sectors.includes(drawn.sector)) ||
          (kinds.every((kind) => drawn.sees.some((one) => one === kind)) &&
            (drawn.sector === undefined || sectors.includes("government")));
        const shown = shownTo("staff", putAudiences(bare, { ...cityAudiences, staff: drawn }));
        expect(shown.filter((field) => !maySee(field))).toEqual([]);
        expect(shown).toEqual(expect.arrayContaining(whole.filter(maySee)));
      }),
      { numRuns: 40 },
    );
  });
});

const register: OrganisationRegister = {
  organisations: {
    office: { sector: "government", receives: [] },
    shop: { sector: "shop", receives: [] },
    stall: { sector: "stall", receives: [] },
  },
  subgraphs: { office: "office", shop: "shop", stall: "stall" },
};
const audiences = { public: { sees: [] }, shop: { sees: [], sector: "shop" }, stall: { sees: [], sector: "stall" } };

const head = (imports: string) => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])
    @link(url: "https://huimin.invalid/rights/v1.0", import: ["@category"])
  directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
  scalar CitizenID
`;
const tagging = head('"@key", "@tag"');
const office = `${tagging}
  type Query { me: Citizen @tag(name: "public") @tag(name: "shop") @tag(name: "stall") untagged: Citizen }
  type Citizen @key(fields: "id") { id: CitizenID! diagnosis: String @category(names: ["health.record"]) }`;

const composed = (sdls: Readonly<Record<string, string>>) =>
  composeCity(
    Object.entries(sdls).map(([name, text]) => ({ name, url: `http://${name}.invalid`, typeDefs: parse(text) })),
    register,
    audiences,
  );

describe("a subgraph", () => {
  it("shows a new root field to nobody until it is tagged, and a new field of the citizen to whom the register says", async () => {
    const card = `${head('"@key"')} type Citizen @key(fields: "id") { id: CitizenID! card: String @category(names: ["utility.bill"]) }`;
    const town = await loadSupergraph(composed({ office, shop: card }));
    const fieldsOf = (name: string, type: string) => {
      const { schema } = applyContract(town, name, { include: [name], exclude: [] });
      const found = schema.getType(type);
      return isObjectType(found) ? Object.keys(found.getFields()) : [];
    };
    expect(fieldsOf("public", "Query")).toEqual(["me"]);
    expect([fieldsOf("public", "Citizen"), fieldsOf("stall", "Citizen")]).toEqual([["id"], ["id"]]);
    expect(fieldsOf("shop", "Citizen")).toEqual(["id", "card"]);
    await town.planner.close();
  });

  it.each([
    ["a type of everybody's", 'type Citizen @key(fields: "id") @tag(name: "public") { id: CitizenID! }'],
    ["a field under it", 'type Citizen @key(fields: "id") { id: CitizenID! @tag(name: "public") }'],
    ["an argument", 'type Query { board(at: Int @tag(name: "public")): String }'],
  ])("cannot tag %s", (_what, text) => {
    expect(() => composed({ office, shop: tagging + text })).toThrow("@tag is for fields of Query");
  });

  it("cannot name an audience that nobody registered", () => {
    const text = `${tagging} type Query { board: String @tag(name: "pubic") }`;
    expect(() => composed({ office, shop: text })).toThrow("Query.board: pubic is no audience");
  });

  it("cannot open to an audience what it may not see", () => {
    const personal = `${tagging} type Query { bill: String @tag(name: "public") @category(names: ["utility.bill"]) }`;
    expect(() => composed({ office, shop: personal })).toThrow("Query.bill: public may not see what it gives");
    const foreign = `${tagging} type Query { board: String @tag(name: "stall") }`;
    expect(() => composed({ office, shop: foreign })).toThrow("Query.board: stall may not see what it gives");
    const own = `${tagging} type Query { board: String @tag(name: "shop") @tag(name: "public") }`;
    expect(() => composed({ office, shop: own })).not.toThrow();
  });

  it("cannot hide its tags under another name", () => {
    const renamed = office.replace('"@tag"', '{ name: "@tag", as: "@seen" }').replaceAll("@tag(", "@seen(");
    expect(() => composed({ office: renamed })).toThrow("call it @tag");
  });
});
