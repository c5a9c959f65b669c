import fc from "fast-check";
import { type GraphQLSchema, isInterfaceType, isObjectType, parse, printSchema, validateSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../platform/log.ts";
import { compose } from "../../../schema/compose.ts";
import { applyContract } from "../../supergraph/contract.ts";
import { createGeneration } from "../../supergraph/generation.ts";
import type { ContractFilter } from "../../supergraph/hidden-elements.ts";
import { type LoadedSupergraph, loadSupergraph } from "../../supergraph/supergraph.ts";
import { readTags } from "../../supergraph/tags.ts";
import { anonymous } from "./planners.ts";
import { composeSdl } from "./supergraphs.ts";

const townSdl = composeSdl({
  town: `
    type Query {
      house(id: ID!, secret: Pass @tag(name: "internal")): House @tag(name: "public")
      search(filter: Filter, order: Order = NAME): [Found!] @tag(name: "public")
      audit: Audit @tag(name: "internal")
      ledger(pass: Pass!): String @tag(name: "public")
    }
    type Mutation { seal(id: ID!): House @tag(name: "internal") }
    interface Place @tag(name: "public") { id: ID! rooms: [Room!] }
    type House implements Place @key(fields: "id") @tag(name: "public") {
      id: ID!
      rooms: [Room!]
      owner: Owner @tag(name: "internal")
      audits: [Audit!]
      colour(shade: Shade = DARK): String
    }
    type Room @tag(name: "public") { size: Int walls: Int @tag(name: "internal") }
    type Owner @tag(name: "internal") { name: String }
    type Audit @tag(name: "internal") { at: String house: House }
    union Found @tag(name: "public") = House | Audit
    enum Order { NAME SIZE SCORE @tag(name: "internal") }
    enum Shade { LIGHT DARK @tag(name: "internal") }
    input Filter { text: String order: Order pass: Pass deep: Deep }
    input Pass @tag(name: "internal") { word: String! }
    input Deep { pass: Pass! }
    scalar Unused
  `,
});

let town: LoadedSupergraph;
beforeAll(async () => {
  town = await loadSupergraph(townSdl);
});
afterAll(() => town.planner.close());

function schemaFor(filter: Partial<ContractFilter>): GraphQLSchema {
  return applyContract(town, "test", { include: [], exclude: [], ...filter }).schema;
}

function fields(schema: GraphQLSchema, name: string): string[] | undefined {
  const type = schema.getType(name);
  return isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : undefined;
}

describe("a contract that excludes a tag", () => {
  it("hides types and fields with the tag, and fields that give such types", () => {
    const schema = schemaFor({ exclude: ["internal"] });
    expect(fields(schema, "House")).toEqual(["id", "rooms", "colour"]);
    expect(fields(schema, "Room")).toEqual(["size"]);
    expect(fields(schema, "Query")).toEqual(["house", "search"]);
    expect(schema.getType("Owner")).toBeUndefined();
    expect(schema.getType("Audit")).toBeUndefined();
  });

  it("hides the root type that has nothing left", () => {
    expect(schemaFor({ exclude: ["internal"] }).getMutationType()).toBeUndefined();
  });

  it("hides arguments, input fields and enum values, and what needs them", () => {
    const text = printSchema(schemaFor({ exclude: ["internal"] }));
    expect(text).toContain("house(id: ID!): House");
    expect(text).toContain("input Filter {\n  text: String\n  order: Order\n}");
    expect(text).not.toMatch(/Pass|Deep|SCORE/);
  });

  it("takes away a default that cannot be seen, with its argument", () => {
    expect(printSchema(schemaFor({ exclude: ["internal"] }))).toContain("colour: String");
  });

  it("takes members out of unions", () => {
    expect(printSchema(schemaFor({ exclude: ["internal"] }))).toContain("union Found = House");
  });

  it("knows the tags by the name that the supergraph gives them", async () => {
    const sdl = `extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", { name: "@tag", as: "@seen" }])
      type Query { door: Int cellar: Int @seen(name: "internal") }`;
    const renamed = await loadSupergraph(compose([{ name: "town", url: "http://a.invalid", typeDefs: parse(sdl) }]));
    const { schema } = applyContract(renamed, "test", { include: [], exclude: ["internal"] });
    expect(fields(schema, "Query")).toEqual(["door"]);
    await renamed.planner.close();
  });

  it("leaves out what nothing leads to", () => {
    expect(schemaFor({ exclude: ["no such tag"] }).getType("Unused")).toBeUndefined();
  });
});

describe("a contract that includes a tag", () => {
  it("shows fields with the tag of their own or of their type, and no others", () => {
    const schema = schemaFor({ include: ["internal"] });
    expect(fields(schema, "Mutation")).toEqual(["seal"]);
    expect(fields(schema, "House")).toEqual(["owner"]);
    expect(fields(schema, "Owner")).toEqual(["name"]);
  });

  it("keeps the inputs that the fields need", () => {
    expect(printSchema(schemaFor({ include: ["public"] }))).toContain("ledger(pass: Pass!): String");
  });

  it("gives way to an exclusion", () => {
    const schema = schemaFor({ include: ["public"], exclude: ["internal"] });
    expect(fields(schema, "House")).toEqual(["id", "rooms", "colour"]);
  });

  it("is refused when it leaves nothing to query", () => {
    expect(() => schemaFor({ include: ["no such tag"] })).toThrow("the contract test leaves nothing to query");
  });
});

describe("what a subgraph answers", () => {
  /** Runs an operation of somebody whose contract hides what is internal, over this answer of the subgraph. */
  async function run(query: string, data: Record<string, unknown>) {
    const contracts = { filters: new Map([["outside", { include: [], exclude: ["internal"] }]]), of: () => "outside" };
    const generation = createGeneration(town, { contracts });
    const operation = generation.compile({ query, operationName: undefined, readOnly: false }, anonymous);
    const { program } = await operation.planned(anonymous);
    const boundary = { call: async () => ({ data: structuredClone(data), errors: [] }), close: async () => {} };
    const errand = { admitted: anonymous, log: createLogger("contract", "silent") };
    return JSON.parse((await program.execute({}, errand, boundary)).body);
  }

  it("shows nothing of a type that the contract hides", async () => {
    const found = [
      { __typename: "House", id: "1", at: "hidden" },
      { __typename: "Audit", at: "hidden" },
    ];
    const answer = await run("{ search { __typename ... on House { id } } }", { search: found });
    expect(JSON.stringify(answer)).not.toMatch(/hidden|Audit/);
    expect(answer.errors).toHaveLength(1);
  });

  it("shows what the contract shows", async () => {
    const answer = await run("{ search { __typename ... on House { id } } }", {
      search: [{ __typename: "House", id: "1" }],
    });
    expect(answer).toEqual({ data: { search: [{ __typename: "House", id: "1" }] } });
  });
});

describe("an interface", () => {
  it("does not promise what a type that implements it hides", () => {
    const sdl = composeSdl({
      a: `
        type Query { thing: Thing }
        interface Thing { id: ID! mark(of: Int): Int name: String }
        type A implements Thing { id: ID! mark(of: Int): Int @tag(name: "x") name: String }
        type B implements Thing { id: ID! mark(of: Int @tag(name: "y")): Int name: String }
      `,
    });
    return loadSupergraph(sdl).then(async (supergraph) => {
      const without = (tag: string) => applyContract(supergraph, "test", { include: [], exclude: [tag] }).schema;
      expect(fields(without("x"), "Thing")).toEqual(["id", "name"]);
      expect(fields(without("x"), "B")).toEqual(["id", "mark", "name"]);
      expect(printSchema(without("y"))).not.toContain("of: Int");
      await supergraph.planner.close();
    });
  });

  it("stays when a type that implements it is hidden as a whole", async () => {
    const supergraph = await loadSupergraph(
      composeSdl({
        a: `
          type Query { thing: Thing @tag(name: "x") }
          interface Thing @tag(name: "x") { id: ID! }
          type A implements Thing @tag(name: "x") { id: ID! }
          type B implements Thing { id: ID! }
        `,
      }),
    );
    const { schema } = applyContract(supergraph, "test", { include: ["x"], exclude: [] });
    expect(fields(schema, "Thing")).toEqual(["id"]);
    expect(printSchema(schema)).toContain("type A implements Thing");
    expect(schema.getType("B")).toBeUndefined();
    await supergraph.planner.close();
  });
});

describe("whatever is tagged and whatever a contract says", () => {
  const tag = fc.constantFrom("", "", "", '@tag(name: "a")', '@tag(name: "b")', '@tag(name: "a") @tag(name: "b")');
  const tags = fc.array(tag, { minLength: 60, maxLength: 60 });
  const names = fc.subarray(["a", "b"]);
  const sources = `
    type Query { one(by: In # , e: E = X #): One # node: Node # all: [U!] # two(by: In!): Two # }
    interface Node # { id: ID! # near(by: In #, e: E = Y #): Node # }
    type One implements Node @key(fields: "id") # { id: ID! # near(by: In #, e: E = Y #): One # two: Two # u: U # }
    type Two implements Node # { id: ID! # near(by: In #, e: E = Y #): Node # ones: [One!] # s: S # }
    union U # = One | Two
    enum E # { X # Y # Z # }
    input In # { e: E = Z # in: In # on: On # s: S # }
    input On # { e: E! # s: S! # }
    scalar S #
    type Mutation # { do(on: On #): One # undo: Boolean # }
  `;

  it("the schema that is left is valid, and shows no tag that is excluded", { timeout: 120_000 }, async () => {
    let applied = 0;
    await fc.assert(
      fc.asyncProperty(tags, names, names, async (drawn, include, exclude) => {
        const left = [...drawn];
        const supergraph = await loadSupergraph(composeSdl({ a: sources.replaceAll("#", () => left.pop() ?? "") }));
        try {
          const { schema } = applyContract(supergraph, "drawn", { include, exclude });
          expect(validateSchema(schema)).toEqual([]);
          expect(shownTags(schema, supergraph.sdl).filter((name) => exclude.includes(name))).toEqual([]);
          applied += 1;
        } catch (error) {
          expect(String(error)).toContain("leaves nothing to query");
        } finally {
          await supergraph.planner.close();
        }
      }),
      { numRuns: 40 },
    );
    expect(applied).toBeGreaterThan(10);
  });
});

/** The tags in the supergraph of every type, field, argument and value that a schema shows. */
function shownTags(schema: GraphQLSchema, supergraphSdl: string): string[] {
  const tags = readTags(parse(supergraphSdl), "tag");
  return [...readTags(parse(printSchema(schema)), "tag").keys()].flatMap((coordinate) => [
    ...(tags.get(coordinate) ?? []),
  ]);
}
