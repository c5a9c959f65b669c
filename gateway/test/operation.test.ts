import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

let city: TestCity;
let token: string;
const citizen = newCitizenId();

beforeAll(async () => {
  city = await startCity();
  token = await city.token(citizen);
});
afterAll(() => city.close());

async function refusal(query: string, variables?: Record<string, unknown>) {
  const { status, data, errors } = await city.query(query, { token, ...(variables && { variables }) });
  expect(data).toBeUndefined();
  return { status, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

describe("a document", () => {
  it("that is not GraphQL is refused with the place of the fault", async () => {
    const { status, errors } = await city.query("{ me { id }");
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions.code).toBe("GRAPHQL_PARSE_FAILED");
    expect(errors?.[0]?.locations).toEqual([{ line: 1, column: 12 }]);
  });

  it("that does not fit the schema is refused with one error for each fault", async () => {
    const { status, errors } = await city.query("{ me { id wrong } citizen { id } }", { token });
    expect(status).toBe(400);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([
      "GRAPHQL_VALIDATION_FAILED",
      "GRAPHQL_VALIDATION_FAILED",
    ]);
  });

  it("cannot reach what belongs to federation", async () => {
    expect(await refusal("{ _service { sdl } }")).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED" });
    expect(await refusal("{ _entities(representations: []) { __typename } }")).toMatchObject({
      code: "GRAPHQL_VALIDATION_FAILED",
    });
  });

  it("with several operations needs the name of one of them", async () => {
    const both = "query A { me { id } } query B { me { preferredLanguage } }";
    expect(await refusal(both)).toMatchObject({ status: 400, code: "OPERATION_RESOLUTION_FAILURE" });
    const run = async (operationName: string) => {
      const response = await fetch(`${city.gatewayUrl}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: both, operationName }),
      });
      return await response.json();
    };
    expect(await run("A")).toEqual({ data: { me: { id: citizen } } });
    expect(await run("B")).toEqual({ data: { me: { preferredLanguage: "ug" } } });
    expect(await run("C")).toMatchObject({ errors: [{ extensions: { code: "OPERATION_RESOLUTION_FAILURE" } }] });
  });

  it("may be a mutation or subscription only where the schema has them", async () => {
    expect(await refusal("mutation { __typename }")).toMatchObject({
      status: 400,
      code: "GRAPHQL_VALIDATION_FAILED",
      message: "The schema has no mutations.",
    });
    expect(await refusal("subscription { __typename }")).toMatchObject({ status: 400 });
  });
});

describe("variables", () => {
  const query = "query($id: CitizenID!) { citizen(id: $id) { id } }";

  it("reach the subgraph", async () => {
    expect((await city.query(query, { token, variables: { id: citizen } })).data).toEqual({ citizen: { id: citizen } });
  });

  it("that are missing or of a wrong type are refused before anything is run", async () => {
    const calls = city.subgraphs.citizen.calls.length;
    expect(await refusal(query)).toMatchObject({ status: 400, code: "BAD_USER_INPUT" });
    expect(await refusal("query($n: Int) { me { encounters(first: $n) { __typename } } }", { n: "x" })).toMatchObject({
      code: "BAD_USER_INPUT",
    });
    expect(city.subgraphs.citizen.calls.length).toBe(calls);
  });

  it.each([
    ["as a variable", query, { id: "not a citizen ID" }],
    ["in the document", '{ citizen(id: "not a citizen ID") { id } }', {}],
  ])("of a form that only the subgraph knows are refused by it: %s", async (_name, document, variables) => {
    const { status, data, errors } = await city.query(document, { token, variables });
    expect(status).toBe(200);
    expect(data).toEqual({ citizen: null });
    expect(errors).toMatchObject([{ path: ["citizen"], extensions: { code: "BAD_USER_INPUT" } }]);
  });
});

describe("the limits of a document", () => {
  it("leave room for the introspection of every tool", async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      specifiedByUrl: true,
      oneOf: true,
    });
    const { data, errors } = await city.query(query);
    expect(errors).toBeUndefined();
    expect(data).toHaveProperty("__schema.types");
  });

  it("leave no room for questions about the schema that multiply at every level", async () => {
    const nested = `${"fields { type { ".repeat(4)}name${" } }".repeat(4)}`;
    expect(await refusal(`{ __schema { types { ${nested} } } }`)).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED" });
  });

  it("answers introspection beside data, also what the planner does not know", async () => {
    const { data } = await city.query('{ me { id } __type(name: "Money") { fields { name } } }', { token });
    expect(data).toEqual({ me: { id: citizen }, __type: { fields: [{ name: "amount" }, { name: "currency" }] } });
    const newer = await city.query('{ me { id } __type(name: "Money") { isOneOf } }', { token });
    expect(newer.errors).toBeUndefined();
    expect(newer.data).toEqual({ me: { id: citizen }, __type: { isOneOf: null } });
  });

  it.each([
    ["tokens", `{ ${"__typename ".repeat(3_000)} }`, "GRAPHQL_PARSE_FAILED", "2000 tokens"],
    ["depth", `{ me ${"{ a ".repeat(30)}${"}".repeat(30)} }`, "GRAPHQL_VALIDATION_FAILED", "20 fields deep"],
    ["root fields", `{ ${numbered(21, (i) => `a${i}: me { id }`)} }`, "GRAPHQL_VALIDATION_FAILED", "20 root fields"],
    ["fields", `{ me { ${numbered(600, (i) => `a${i}: id`)} } }`, "GRAPHQL_VALIDATION_FAILED", "500 fields"],
    [
      "fields by fragments of fragments",
      `{ me { ...F9 } } fragment F0 on Citizen { id name { text } } ${numbered(
        9,
        (i) => `fragment F${i + 1} on Citizen { ...F${i} x${i}: id ...F${i} }`,
      )}`,
      "GRAPHQL_VALIDATION_FAILED",
      "500 fields",
    ],
    ["aliases", `{ me { ${numbered(101, (i) => `a${i}: id`)} } }`, "GRAPHQL_VALIDATION_FAILED", "100 aliases"],
    [
      "aliases by fragments",
      `{ me { ${"...F ".repeat(11)} } } fragment F on Citizen { ${numbered(10, (i) => `a${i}: id`)} }`,
      "GRAPHQL_VALIDATION_FAILED",
      "100 aliases",
    ],
    [
      "directives",
      `{ me { ${"id @skip(if: false) @include(if: true) ".repeat(51)} } }`,
      "GRAPHQL_VALIDATION_FAILED",
      "100 directives",
    ],
    ["fields that are alike", `{ me { ${"id ".repeat(1_500)} } }`, "GRAPHQL_VALIDATION_FAILED", "500 fields"],
    [
      "fields of a fragment that nobody spreads",
      `{ me { id } } fragment F on Citizen { ${"id ".repeat(1_500)} }`,
      "GRAPHQL_VALIDATION_FAILED",
      "500 fields",
    ],
  ])("refuse too many %s with a sentence", async (_name, query, code, said) => {
    const refused = await refusal(query);
    expect(refused).toMatchObject({ status: 400, code });
    expect(refused.message).toContain(said);
  });

  it("do not run in circles with a fragment inside itself", async () => {
    const circle = "{ me { ...A } } fragment A on Citizen { id ...B } fragment B on Citizen { ...A }";
    expect(await refusal(circle)).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED" });
  });
});

function numbered(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join(" ");
}
