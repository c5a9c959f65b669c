import fc from "fast-check";
import { buildASTSchema, type GraphQLObjectType, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { compose, composeCity } from "../../../schema/compose.ts";
import { readHints } from "../../cache/hints.ts";
import { argumentOf, directivesOn } from "../../cache/join-directives.ts";
import { type AnyOfAll, nothingDemanded } from "../../rights/demand.ts";
import { readDemands } from "../../rights/demands.ts";

const federation = ["@key", "@shareable", "@tag", "@cost", "@listSize", "@authenticated", "@requiresScopes", "@policy"];
const ours = ["@assurance", "@cacheControl", "@category"];
const head = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(federation)})
  @link(url: "https://huimin.invalid/rights/v1.0", import: ${JSON.stringify(ours)})
  type Query { a: A @shareable }`;

/** A subgraph that says this of the field that all of them give. */
const saying = (...directives: readonly string[]) =>
  `${head} type A @key(fields: "id") { id: ID! shared: [String] @shareable ${directives.join(" ")} }`;

const servicesOf = (sdls: readonly string[]) =>
  sdls.map((sdl, index) => ({ name: `s${index}`, url: `http://s${index}.invalid/graphql`, typeDefs: parse(sdl) }));

interface Strictness {
  readonly level: number;
  readonly secondsSinceSignIn: number;
  readonly authenticated: boolean;
  readonly scopes: readonly AnyOfAll[];
  readonly policies: readonly AnyOfAll[];
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly weight: number;
  readonly assumedSize: number;
  readonly keptSeconds: number;
  readonly keptForAll: boolean;
}

/** How strict a supergraph is about the field. */
function strictnessOf(sdl: string): Strictness {
  const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
  const type = schema.getType("A") as GraphQLObjectType;
  const field = type.getFields().shared as NonNullable<ReturnType<GraphQLObjectType["getFields"]>[string]>;
  const said = (directive: string, argument: string) =>
    directivesOn(field, directive).map((applied) => argumentOf(applied, argument));
  const { assurance, ...demand } = readDemands(schema).ofField("A", "shared") ?? nothingDemanded;
  const hint = readHints(schema).ofField(type, "shared", "s0") ?? {};
  return {
    ...demand,
    level: Number(assurance?.level.slice(-1) ?? 0),
    secondsSinceSignIn: assurance?.maxAgeSeconds ?? Number.POSITIVE_INFINITY,
    categories: said("category", "names").flat().map(String),
    tags: said("tag", "name").map(String),
    weight: Number(said("cost", "weight")[0] ?? 0),
    assumedSize: Number(said("listSize", "assumedSize")[0] ?? 0),
    // A scalar without an age is kept for as long as what it is on.
    keptSeconds: hint.maxAge ?? Number.POSITIVE_INFINITY,
    keptForAll: hint.scope === "PUBLIC",
  };
}

const names = ["a", "b", "c"];
const grants = Array.from({ length: 8 }, (_, bits) => names.filter((_name, index) => bits & (1 << index)));
const allows = (demands: readonly AnyOfAll[], granted: readonly string[]) =>
  demands.every((anyOf) => anyOf.some((all) => all.every((name) => granted.includes(name))));

/** Whatever the stricter one lets happen the other one must let happen, too. */
function expectNoLooser(strict: Strictness, lax: Strictness): void {
  expect(strict.level).toBeGreaterThanOrEqual(lax.level);
  expect(strict.secondsSinceSignIn).toBeLessThanOrEqual(lax.secondsSinceSignIn);
  expect(strict.authenticated || !lax.authenticated).toBe(true);
  for (const kind of ["scopes", "policies"] as const) {
    for (const granted of grants) {
      if (allows(strict[kind], granted)) expect(allows(lax[kind], granted)).toBe(true);
    }
  }
  expect(strict.categories).toEqual(expect.arrayContaining([...lax.categories]));
  expect(strict.tags).toEqual(expect.arrayContaining([...lax.tags]));
  expect(strict.weight).toBeGreaterThanOrEqual(lax.weight);
  expect(strict.assumedSize).toBeGreaterThanOrEqual(lax.assumedSize);
  expect(strict.keptSeconds).toBeLessThanOrEqual(lax.keptSeconds);
  expect(lax.keptForAll || !strict.keptForAll).toBe(true);
}

const lists = fc.array(fc.subarray(names, { minLength: 1 }), { minLength: 1, maxLength: 2 });
const optional = (directive: fc.Arbitrary<string>) => fc.option(directive, { nil: "" });
const statement = fc
  .tuple(
    optional(
      fc
        .tuple(
          fc.integer({ min: 1, max: 3 }),
          fc.constantFrom("", ', maxAge: "15m"', ', maxAge: "1h"', ', maxAge: "90s"'),
        )
        .map(([level, age]) => `@assurance(level: ${level}${age})`),
    ),
    optional(
      fc
        .subarray(["health.record", "utility.bill", "person.name"], { minLength: 1 })
        .map((each) => `@category(names: ${JSON.stringify(each)})`),
    ),
    optional(
      fc
        .tuple(
          fc.constantFrom("maxAge: 60", "maxAge: 5", "maxAge: 0", "inheritMaxAge: true"),
          fc.constantFrom("", ", scope: PUBLIC", ", scope: PRIVATE"),
        )
        .map(([age, scope]) => `@cacheControl(${age}${scope})`),
    ),
    optional(lists.map((scopes) => `@requiresScopes(scopes: ${JSON.stringify(scopes)})`)),
    optional(lists.map((policies) => `@policy(policies: ${JSON.stringify(policies)})`)),
    optional(fc.constant("@authenticated")),
    optional(fc.constantFrom(...names).map((name) => `@tag(name: "${name}")`)),
    optional(fc.integer({ min: 1, max: 9 }).map((weight) => `@cost(weight: ${weight})`)),
    optional(fc.integer({ min: 1, max: 9 }).map((size) => `@listSize(assumedSize: ${size})`)),
  )
  .map((directives) => saying(...directives));

describe("a subgraph", () => {
  it("can tighten what the others say, and never loosen it, in whatever order they come", () => {
    const statements = fc.array(statement, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(statements, fc.nat(), (all, at) => {
        const others = all.toSpliced(at % all.length, 1);
        const strict = strictnessOf(compose(servicesOf(all)));
        expectNoLooser(strict, strictnessOf(compose(servicesOf(others))));
        const reversed = strictnessOf(compose(servicesOf(all.toReversed())));
        expectNoLooser(reversed, strict);
        expectNoLooser(strict, reversed);
      }),
      { numRuns: 25 },
    );
  });

  it("is taken at its word together with the others", () => {
    const strict = strictnessOf(
      compose(
        servicesOf([
          saying(
            '@category(names: ["utility.bill"]) @cacheControl(maxAge: 60, scope: PUBLIC) @cost(weight: 2)',
            '@requiresScopes(scopes: [["a"]]) @policy(policies: [["a"]])',
          ),
          saying(
            '@category(names: ["person.name"]) @cacheControl(maxAge: 5) @cost(weight: 7) @authenticated @tag(name: "c")',
            '@requiresScopes(scopes: [["b"]]) @policy(policies: [["b"], ["c"]])',
          ),
        ]),
      ),
    );
    expect(strict).toMatchObject({ authenticated: true, tags: ["c"], weight: 7, keptSeconds: 5, keptForAll: false });
    expect(strict.categories).toEqual(["person.name", "utility.bill"]);
    const allowedBy = (demands: readonly AnyOfAll[]) =>
      grants.filter((granted) => allows(demands, granted)).map(String);
    expect(allowedBy(strict.scopes)).toEqual(["a,b", "a,b,c"]);
    expect(allowedBy(strict.policies)).toEqual(["a,b", "a,c", "a,b,c"]);
  });

  it("that says nothing of what it gives keeps others' answers to it from being kept, too", () => {
    const kept = saying("@cacheControl(maxAge: 60, scope: PUBLIC)");
    expect(strictnessOf(compose(servicesOf([kept])))).toMatchObject({ keptSeconds: 60, keptForAll: true });
    expect(strictnessOf(compose(servicesOf([kept, saying()])))).toMatchObject({ keptSeconds: 0, keptForAll: false });
  });
});

describe("composition refuses", () => {
  it.each([
    [
      "a category that nobody registered",
      saying('@category(names: ["health.secret"])'),
      /health\.secret is not registered/,
    ],
    ["no category at all", saying("@category(names: [])"), /@category on A\.shared: names none/],
    ["an age that is no number", saying("@cacheControl(maxAge: true)"), /maxAge must be a whole number/],
    [
      "a directive of ours that is not linked",
      saying('@category(names: ["utility.bill"])').replace("rights/v1.0", "wrongs/v1.0"),
      /\[s0\] @category on A\.shared: needs @link/,
    ],
    [
      "a directive that nobody merges",
      `${saying("@mine")} directive @mine on FIELD_DEFINITION`,
      /\[s0\] @mine: nobody merges it/,
    ],
    [
      "one whose arguments the first subgraph would decide",
      `${saying("@mine")} directive @mine on FIELD_DEFINITION
       extend schema @link(url: "https://s0.invalid/mine/v1.0", import: ["@mine"]) @composeDirective(name: "@mine")`,
      /\[s0\] @composeDirective: nobody merges it/,
    ],
    [
      "a category of an argument, which says nothing of a field",
      `${saying()} extend type Query { b(c: Int @category(names: ["utility.bill"])): Int }`,
      /\[s0\] @category stands where it says nothing/,
    ],
  ])("%s", (_what, sdl, message) => {
    expect(() => compose(servicesOf([sdl]))).toThrow(message);
  });
});

it("composition refuses that subgraphs slice one list differently, which would be merged to what none said", () => {
  const sized = (directive: string) => saying(directive).replace("shared:", "shared(first: Int, last: Int):");
  const first = '@listSize(slicingArguments: ["first"])';
  for (const other of [
    '@listSize(slicingArguments: ["last"])',
    first.replace(")", ", requireOneSlicingArgument: false)"),
  ]) {
    expect(() => compose(servicesOf([sized(first), sized(other)]))).toThrow(
      /\[s1\] @listSize on A\.shared must be as s0 says/,
    );
  }
  const larger = first.replace(")", ", assumedSize: 9)");
  expect(strictnessOf(compose(servicesOf([sized(first), sized(larger)]))).assumedSize).toBe(9);
});

describe("every field of the citizen", () => {
  const citizen = (fields: string) =>
    `${head.replace("a: A", "me: Citizen")} type Citizen @key(fields: "id") { id: CitizenID! ${fields} } scalar CitizenID
     type Card @category(names: ["person.name"]) { text: String }`;

  it("is of a category by itself or by its type", () => {
    const sdl = citizen('birth: String @category(names: ["person.birth"]) cards: [Card!]');
    const organisations = { one: { sector: "government", receives: [] } };
    const register = { organisations, subgraphs: { s0: "one" } };
    expect(() => composeCity(servicesOf([sdl]), register)).not.toThrow();
  });

  it("is named with its subgraph when it is of none", () => {
    const sdls = [citizen("card: Card"), citizen("weight: Int shoes: [Int!]").replace(/type Card.*/, "")];
    expect(() => composeCity(servicesOf(sdls))).toThrow(
      /\[s1\] Citizen\.weight says by no .*\n- \[s1\] Citizen\.shoes says/,
    );
  });
});
