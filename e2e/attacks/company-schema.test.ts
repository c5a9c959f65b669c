/** Attacks that a company writes into the schema of its own subgraph. */
import { parse } from "graphql";
import { compose, composeCity } from "../../schema/compose.ts";
import { attack, worked } from "./support/attack.ts";

const imports = ["@key", "@shareable", "@requires", "@external", "@context", "@fromContext", "@override"];
const head = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imports)})
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@category", "@assurance"])
  directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
  directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
  scalar CitizenID`;

const health = `${head}
  type Query { me: Citizen }
  type Citizen @key(fields: "id") @key(fields: "number") {
    id: CitizenID!
    number: String @category(names: ["person.name"]) @shareable
    diagnosis: String @category(names: ["health.record"]) @assurance(level: 3)
    scheme: String @category(names: ["health.insurance"]) @assurance(level: 3) @shareable
  }`;

const register = {
  organisations: {
    health: { sector: "government", receives: [] },
    waterco: { sector: "waterco", receives: ["person.name"] },
  },
  subgraphs: { health: "health", water: "waterco" },
} as const;

type Compose = (services: Parameters<typeof compose>[0]) => string;

/** Composes the company's subgraph with the health department's; gives what became of it. */
function composed(make: Compose, water: string): string {
  const services = Object.entries({ health, water: `${head} ${water}` }).map(([name, text]) => ({
    name,
    url: `http://${name}.invalid/graphql`,
    typeDefs: parse(text),
  }));
  try {
    return make(services);
  } catch {
    return "refused";
  }
}

const ended = (sdl: string) => (sdl === "refused" ? sdl : worked);

const byTheCity = {
  against: "composition without the city's rules",
  real: (): Compose => (services) => composeCity(services, register),
  weak: (): Compose => compose,
};

attack("it has a citizen's diagnosis handed to it by @requires", {
  ...byTheCity,
  attempt: async (make) =>
    ended(
      composed(
        make,
        `type Citizen @key(fields: "id") {
           id: CitizenID! diagnosis: String @external
           advice: String @requires(fields: "diagnosis") @category(names: ["person.preference"])
         }`,
      ),
    ),
  meets: "refused",
});

attack("it has a citizen's diagnosis handed to it by @fromContext", {
  ...byTheCity,
  attempt: async (make) =>
    ended(
      composed(
        make,
        `type Citizen @key(fields: "id") @context(name: "patient") {
           id: CitizenID! diagnosis: String @external tap: Tap @category(names: ["utility.meter"])
         }
         type Tap @key(fields: "id") { id: ID! advice(of: String @fromContext(field: "$patient { diagnosis }")): String }`,
      ),
    ),
  meets: "refused",
});

attack("it knows citizens by a number that all sectors share", {
  ...byTheCity,
  attempt: async (make) =>
    ended(
      composed(
        make,
        `type Citizen @key(fields: "number") {
           number: String @category(names: ["person.name"]) @shareable tap: String @category(names: ["utility.meter"])
         }`,
      ),
    ),
  meets: "refused",
});

attack("it takes a field of the health department over (@override)", {
  ...byTheCity,
  attempt: async (make) =>
    ended(
      composed(
        make,
        `type Citizen @key(fields: "id") {
           id: CitizenID! diagnosis: String @override(from: "health") @category(names: ["health.record"])
         }`,
      ),
    ),
  meets: "refused",
});

attack("it asks for citizen IDs by another type, which the gateway would not translate", {
  real: byTheCity.real,
  weak: "cannot be shown: no composition lets it pass",
  attempt: async (make) =>
    ended(
      composed(
        make,
        `type Query { customer(citizenId: String!): String }
         type Citizen @key(fields: "id") { id: CitizenID! tap: String @category(names: ["utility.meter"]) }`,
      ),
    ),
  meets: "refused",
});

attack("it says of a citizen's data nothing of their kind, so that every purpose covers them", {
  ...byTheCity,
  attempt: async (make) => ended(composed(make, `type Citizen @key(fields: "id") { id: CitizenID! tap: String }`)),
  meets: "refused",
});

attack("it lowers the level that the health department demands of a field", {
  real: byTheCity.real,
  weak: "cannot be shown: no composition of ours keeps the lower of two levels",
  attempt: async (make) => {
    const sdl = composed(
      make,
      `type Citizen @key(fields: "id") {
         id: CitizenID! scheme: String @shareable @category(names: ["health.insurance"]) @assurance(level: 1)
       }`,
    );
    return sdl === "refused" || /scheme: String[^\n]*@assurance\(level: 3\)/.test(sdl) ? "level 3" : worked;
  },
  meets: "level 3",
});
