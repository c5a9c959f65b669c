import { parse } from "graphql";
import { describe, expect, it } from "vitest";
import { composeCity } from "../../../schema/compose.ts";
import type { OrganisationRegister } from "../../../schema/organisations.ts";

const federation = [
  "@key",
  "@shareable",
  "@requires",
  "@external",
  "@context",
  "@fromContext",
  "@interfaceObject",
  "@override",
];
const head = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(federation)})
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@category", "@sharedKey"])
  scalar CitizenID scalar ClinicKey @sharedKey`;

const health = `${head}
  type Query { me: Citizen clinic: Clinic }
  interface Person @key(fields: "id") @key(fields: "number") { id: CitizenID! number: String @category(names: ["person.name"]) }
  type Citizen implements Person @key(fields: "id") @key(fields: "number") {
    id: CitizenID!
    number: String @category(names: ["person.name"])
    diagnosis: String @category(names: ["health.record"])
    coverage: Coverage @category(names: ["health.insurance"]) @shareable
    visits: Visits @category(names: ["health.record"])
    place: Place @category(names: ["health.record"])
  }
  type Coverage { scheme: String @shareable }
  type Visits { page: [Visit!] }
  type Visit @key(fields: "id") { id: ID! clinic: Clinic }
  interface Place { label: String }
  type Ward implements Place { label: String bed: Int @category(names: ["health.prescription"]) }
  type Clinic @key(fields: "id") @key(fields: "key") @key(fields: "code") { id: ID! key: ClinicKey code: String }`;

const register: OrganisationRegister = {
  organisations: {
    health: { sector: "government", receives: [] },
    pension: { sector: "government", receives: ["health.insurance"] },
    water: { sector: "waterco", receives: ["person.name"] },
  },
  subgraphs: { clinics: "health", hospitals: "health", pension: "pension", water: "water" },
};

/** Composes the health department with another subgraph. */
const withSubgraph = (name: string, sdl: string, more: Partial<OrganisationRegister> = {}) =>
  composeCity(
    [
      ["clinics", health],
      [name, `${head} ${sdl}`],
    ].map(([subgraph = "", text = ""]) => ({
      name: subgraph,
      url: `http://${subgraph}.invalid/graphql`,
      typeDefs: parse(text),
    })),
    { ...register, ...more },
  );

const needing = (requires: string, external: string, types = "") =>
  `type Citizen @key(fields: "id") {
     id: CitizenID! ${external}
     advice: String @requires(fields: "${requires}") @category(names: ["person.preference"])
   } ${types}`;
const diagnosis = needing("diagnosis", "diagnosis: String @external");
const coverage = needing(
  "coverage { scheme }",
  "coverage: Coverage @external",
  "type Coverage { scheme: String @external }",
);

describe("composition refuses that a subgraph is handed", () => {
  it.each([
    [
      "a field that its organisation may not receive",
      "water",
      diagnosis,
      "[water] @requires of Citizen.advice: water (water) may not be handed Citizen.diagnosis (health.record)",
    ],
    ["what another department may not receive either", "pension", diagnosis, "Citizen.diagnosis (health.record)"],
    ["what is under such a field", "water", coverage, "may not be handed Citizen.coverage (health.insurance)"],
    [
      "what an interface may turn out to be",
      "pension",
      needing(
        "place { ... on Ward { bed } }",
        "place: Place @external",
        "interface Place { label: String } type Ward implements Place { label: String @external bed: Int @external }",
      ),
      "may not be handed Citizen.place (health.record)",
    ],
    [
      "what is around one of its own objects",
      "water",
      `type Citizen @key(fields: "id") @context(name: "patient") {
         id: CitizenID! diagnosis: String @external tap: Tap @category(names: ["utility.meter"])
       }
       type Tap @key(fields: "id") { id: ID! advice(of: String @fromContext(field: "$patient { diagnosis }")): String }`,
      "[water] @fromContext of Tap.advice: water (water) may not be handed Citizen.diagnosis (health.record)",
    ],
    [
      "the key of an object whose kind only shows in what leads to it",
      "pension",
      `type Visit @key(fields: "id") { id: ID! refund: Int }`,
      "[pension] @key of Visit: pension (pension) may not be handed Visit.id (health.record)",
    ],
    [
      "a citizen by another key than her ID, in another sector",
      "water",
      `type Citizen @key(fields: "number") { number: String tap: String @category(names: ["utility.meter"]) }`,
      '[water] knows a Citizen by "number": across sectors she has one key, "id"',
    ],
    [
      "a key besides her ID",
      "water",
      `type Citizen @key(fields: "id") @key(fields: "number") {
         id: CitizenID! number: String tap: String @category(names: ["utility.meter"])
       }`,
      '[water] knows a Citizen by "number"',
    ],
    [
      "a citizen by another key than her ID, as an interface of hers",
      "water",
      `type Person @key(fields: "number") @interfaceObject {
         number: String tap: String @category(names: ["utility.meter"])
       }`,
      '[water] knows a Person by "number": across sectors she has one key, "id"',
    ],
    [
      "anything that another sector knows by the same key",
      "water",
      `type Clinic @key(fields: "id") { id: ID! pipes: Int }`,
      '[water] knows a Clinic by "id", and so does another sector: make that a scalar with @sharedKey',
    ],
    [
      "a reference to such a thing",
      "water",
      `type Clinic @key(fields: "code", resolvable: false) { code: String }
       type Citizen @key(fields: "id") { id: CitizenID! clinics: [Clinic] @category(names: ["health.record"]) }`,
      '[water] knows a Clinic by "code"',
    ],
    [
      "such a thing by a key of which a part is not mapped",
      "water",
      `type Clinic @key(fields: "key code") { key: ClinicKey code: String @external pipes: Int }`,
      '[water] knows a Clinic by "key code"',
    ],
    [
      "an ID of another sector's, which is sealed between sectors",
      "water",
      `type Clinic @key(fields: "key") { key: ClinicKey id: ID! @external pipes: Int @requires(fields: "id") }`,
      "[water] @requires of Clinic.pipes: Clinic.id is another sector's ID; what both are to know is a scalar with @sharedKey",
    ],
    [
      "a question that another organisation answers",
      "water",
      `type Citizen @key(fields: "id") {
         id: CitizenID! diagnosis: String @override(from: "clinics") @category(names: ["health.record"])
       }`,
      "[water] takes Citizen.diagnosis over from clinics, which is another organisation's (health)",
    ],
    [
      "anything when it is nobody's",
      "stranger",
      "type Query { hello: String }",
      "[stranger] is no organisation's: register it in schema/organisations.ts",
    ],
  ])("%s", (_what, name, sdl, message) => {
    expect(() => withSubgraph(name, sdl)).toThrow(message);
  });

  it("all at once", () => {
    const both = needing("diagnosis coverage { scheme }", "diagnosis: String @external coverage: Coverage @external");
    const sdl = `${both} type Coverage { scheme: String @external } type Clinic @key(fields: "id") { id: ID! pipes: Int }`;
    expect(() => withSubgraph("water", sdl)).toThrow(/Citizen\.diagnosis.*knows a Clinic/s);
  });
});

describe("composition lets a subgraph be handed", () => {
  it.each([
    ["what its organisation may receive", "pension", coverage],
    ["what its own organisation gives", "hospitals", diagnosis],
    [
      "a question that its own organisation has answered elsewhere",
      "hospitals",
      'type Citizen @key(fields: "id") { id: CitizenID! diagnosis: String @override(from: "clinics") }',
    ],
    [
      "another key of the citizen inside the sector, of a kind that it may receive",
      "hospitals",
      needing("number", "number: String @external"),
    ],
  ])("%s", (_what, name, sdl) => {
    expect(() => withSubgraph(name, sdl)).not.toThrow();
  });

  it("a key that is mapped for each sector, of a kind that it may receive", () => {
    const sdl = 'type Clinic @key(fields: "key") { key: ClinicKey pipes: Int }';
    const receives = ["health.record"] as const;
    const open = { health: { sector: "government", receives }, water: { sector: "waterco", receives } };
    expect(withSubgraph("water", sdl, { organisations: open })).toMatch(/^scalar ClinicKey .*@sharedKey$/m);
    expect(() => withSubgraph("water", sdl)).toThrow("may not be handed Clinic.key (health.record)");
  });
});
