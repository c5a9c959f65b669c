/** Which objects of an answer count as one entity, over plans and answers that generated ones rarely bring about. */
import type { PlanNode, QueryPlan } from "@apollo/query-planner";
import { buildSchema, getOperationAST, OperationTypeNode, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { type Boundary, requestBody } from "../../boundary/boundary.ts";
import { compileProgram } from "../../execution/program.ts";

const schema = buildSchema(`
  scalar Json
  type Query { person: Person  homes: [Address!] }
  type Person { id: ID!  address: Address }
  type Address { street: Json  zip: ID  note: String  map: String  district: String }
`);

type Data = Readonly<Record<string, unknown>>;

/** Runs a query by a plan, over what each subgraph answers. */
async function run(query: string, node: PlanNode, answers: Readonly<Record<string, Data | ((asked: Data[]) => Data)>>) {
  const document = parse(query, { noLocation: true });
  const definition = getOperationAST(document);
  if (!definition) throw new Error("there is no operation");
  const plan: QueryPlan = { kind: "QueryPlan", node };
  const program = compileProgram({ schema, supergraphSchema: schema, document, definition, plan });
  const asked: Record<string, Data[]> = {};
  const boundary: Boundary = {
    async call(subgraph, request) {
      const { representations = [] } = JSON.parse(requestBody(request)).variables;
      asked[subgraph] = representations;
      const answer = answers[subgraph];
      const data = typeof answer === "function" ? answer(representations) : answer;
      return { data: structuredClone({ ...data }), errors: [] };
    },
    async close() {},
  };
  const log = { debug: () => {}, warn: () => {}, error: () => {} };
  const { body } = await program.execute({}, { admitted: { kind: "anonymous" }, log }, boundary);
  return { data: JSON.parse(body).data, asked };
}

function fetchRoot(serviceName: string, operation: string): PlanNode {
  return { kind: "Fetch", serviceName, operation, operationName: undefined, operationKind: OperationTypeNode.QUERY };
}

function fetchEntities(
  serviceName: string,
  path: string[],
  { type, keys, selection }: { readonly type: string; readonly keys: readonly string[]; readonly selection: string },
): PlanNode {
  const selections = ["__typename", ...keys].map((name) => ({ kind: "Field" as const, name }));
  const entities = `_entities(representations:$representations){...on ${type}${selection}}`;
  return {
    kind: "Flatten",
    path,
    node: {
      kind: "Fetch",
      serviceName,
      requires: [{ kind: "InlineFragment", typeCondition: type, selections }],
      operation: `query($representations:[_Any!]!){${entities}}`,
      operationName: undefined,
      operationKind: OperationTypeNode.QUERY,
    },
  };
}

function addresses(...all: readonly Data[]): Data {
  return { homes: all.map((address) => ({ __typename: "Address", ...address })) };
}

const mapsByStreetAndZip: PlanNode = {
  kind: "Sequence",
  nodes: [
    fetchRoot("homes", "{homes{__typename street zip note}}"),
    fetchEntities("maps", ["homes", "@"], { type: "Address", keys: ["street", "zip"], selection: "{map}" }),
  ],
};

/** The map of each address is called after all of its key. */
const maps = (asked: Data[]) => ({
  _entities: asked.map(({ street, zip }) => ({ map: `${JSON.stringify(street)} ${zip}` })),
});

const homesQuery = "{ homes { note map } }";

describe("objects with the same key", () => {
  it("are asked for once, and keep what else each of them holds", async () => {
    const homes = addresses({ street: "a", zip: "1", note: "left" }, { street: "a", zip: "1", note: null });
    const { data, asked } = await run(homesQuery, mapsByStreetAndZip, { homes, maps });
    expect(asked.maps).toEqual([{ __typename: "Address", street: "a", zip: "1" }]);
    expect(data.homes).toEqual([
      { note: "left", map: '"a" 1' },
      { note: null, map: '"a" 1' },
    ]);
  });
});

describe("objects whose keys differ", () => {
  it.each([
    ["in the first member", ["a", "1"], ["b", "1"]],
    ["in the last member", ["a", "1"], ["a", "2"]],
    ["in type", ["1", "1"], [1, "1"]],
    ["within an object", [{ of: [1] }, "1"], [{ of: [2] }, "1"]],
    ["by being none", [null, "1"], ["null", "1"]],
  ])("%s are different entities", async (_where, [street, zip], [otherStreet, otherZip]) => {
    const homes = addresses({ street, zip, note: "x" }, { street: otherStreet, zip: otherZip, note: "x" });
    const { data, asked } = await run(homesQuery, mapsByStreetAndZip, { homes, maps });
    expect(asked.maps).toHaveLength(2);
    expect(data.homes).toEqual([
      { note: "x", map: `${JSON.stringify(street)} ${zip}` },
      { note: "x", map: `${JSON.stringify(otherStreet)} ${otherZip}` },
    ]);
  });
});

describe("an object that the first subgraph does not have", () => {
  it("is found where the second has put it, though it was looked for in vain before", async () => {
    const address = ["person", "address"];
    const plan: PlanNode = {
      kind: "Sequence",
      nodes: [
        fetchRoot("streets", "{person{__typename id address{__typename street}}}"),
        {
          kind: "Parallel",
          nodes: [
            fetchEntities("maps", address, { type: "Address", keys: ["street"], selection: "{map}" }),
            {
              kind: "Sequence",
              nodes: [
                fetchEntities("post", ["person"], {
                  type: "Person",
                  keys: ["id"],
                  selection: "{address{__typename zip}}",
                }),
                fetchEntities("districts", address, { type: "Address", keys: ["zip"], selection: "{district}" }),
              ],
            },
          ],
        },
      ],
    };
    const { data } = await run("{ person { address { map district } } }", plan, {
      streets: { person: { __typename: "Person", id: "1", address: null } },
      post: { _entities: [{ address: { __typename: "Address", zip: "90" } }] },
      districts: { _entities: [{ district: "Saybagh" }] },
    });
    expect(data).toEqual({ person: { address: { map: null, district: "Saybagh" } } });
  });
});
