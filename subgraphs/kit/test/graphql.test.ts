import { auditServer } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { transactionTokenHeader } from "../../../trust/transaction-token.ts";
import { citizenId } from "./citizens.ts";
import { type Fixture, inside, startFixture } from "./fixture.ts";
import { signedFetch } from "./gateway.ts";

const gulnar = citizenId("gulnar");
const stranger = citizenId("stranger");

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.close());

function ask(query: string, variables?: object) {
  return fixture.gateway.ask(fixture.endpoint, "fixture", gulnar, query, variables);
}

/** Sends a request of any shape under a good token. */
async function send(init: RequestInit, url = fixture.endpoint) {
  const headers = new Headers(init.headers);
  headers.set(transactionTokenHeader, await fixture.gateway.token("fixture", gulnar));
  const response = await signedFetch("fixture", url, { ...init, headers });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const refusal = (code: string) => ({ errors: [{ message: expect.any(String), extensions: { code } }] });
const json = { "content-type": "application/json" };

describe("GraphQL over HTTP", () => {
  it("fulfils every MUST and SHOULD of the reference audit", async () => {
    const token = await fixture.gateway.token("fixture", gulnar);
    const fetchFn = (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set(transactionTokenHeader, token);
      return signedFetch("fixture", url, { ...init, headers });
    };
    const results = await auditServer({ url: fixture.endpoint, fetchFn });
    expect(results.filter(({ status }) => status === "ok").length).toBeGreaterThan(40);
    expect(results.filter(({ status }) => status === "error" || status === "warn").map(({ name }) => name)).toEqual([]);
  });

  it.each([
    ["a body that is too large", { body: "x".repeat(1_100_000), headers: json }, 413, "REQUEST_TOO_LARGE"],
    ["a form", { body: "query=1", headers: { "content-type": "text/plain" } }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["a wish for HTML", { body: "{}", headers: { ...json, accept: "text/html" } }, 406, "NOT_ACCEPTABLE"],
    ["broken JSON", { body: "{", headers: json }, 400, "BAD_REQUEST"],
    ["no query", { body: "{}", headers: json }, 400, "BAD_REQUEST"],
    ["no body", { headers: json }, 400, "BAD_REQUEST"],
    ["another method", { method: "PUT", body: "{}", headers: json }, 405, "METHOD_NOT_ALLOWED"],
  ])("answers %s with a code", async (_name, init, status, code) => {
    const answer = await send({ method: "POST", ...init });
    expect(answer).toMatchObject({ status, body: refusal(code) });
  });

  it("takes no mutation by GET", async () => {
    const answer = await send({}, `${fixture.endpoint}?query=${encodeURIComponent("mutation { touch }")}`);
    expect(answer).toMatchObject({ status: 405, body: refusal("METHOD_NOT_ALLOWED") });
    expect(answer.headers.get("allow")).toBe("POST");
  });
});

describe("a document", () => {
  it.each([
    ["that is no GraphQL", "{ nope", "GRAPHQL_PARSE_FAILED"],
    ["of too many tokens", `{ ${"instant ".repeat(6_000)} }`, "GRAPHQL_PARSE_FAILED"],
    ["that nests without end", "{ citizen".repeat(4_000), "GRAPHQL_PARSE_FAILED"],
    ["that asks for an unknown field", "{ nope }", "GRAPHQL_VALIDATION_FAILED"],
    ["that nests too deep", nested(20), "GRAPHQL_VALIDATION_FAILED"],
    ["that nests too deep through fragments", nestedByFragments(20), "GRAPHQL_VALIDATION_FAILED"],
    ["whose fragments go in circles", "{ ...A } fragment A on Query { ...A }", "GRAPHQL_VALIDATION_FAILED"],
    ["of two operations without a choice", "query A { instant } query B { instant }", "OPERATION_RESOLUTION_FAILURE"],
    ["without an operation", "fragment A on Query { instant }", "GRAPHQL_VALIDATION_FAILED"],
  ])("%s is refused", async (_name, query, code) => {
    expect((await ask(query)).errors).toContainEqual(expect.objectContaining({ extensions: { code } }));
  });

  it("may nest as deep as the limit", async () => {
    expect((await ask(nested(19))).errors).toBeUndefined();
  });

  it("is answered the same the second time", async () => {
    const query = "{ __typename instant }";
    expect(await ask(query)).toEqual(await ask(query));
  });
});

/** A question that nests `citizen` and then `friend` so deep, and one field more. */
function nested(depth: number): string {
  return `{ citizen(id: "${gulnar}") ${"{ friend ".repeat(depth - 1)} { id } ${"}".repeat(depth - 1)} }`;
}

function nestedByFragments(depth: number): string {
  const fragments = Array.from(
    { length: depth - 1 },
    (_, level) => `fragment F${level} on Citizen { friend { ...F${level + 1} } }`,
  );
  return `{ citizen(id: "${gulnar}") { ...F0 } } ${fragments.join(" ")} fragment F${depth - 1} on Citizen { id }`;
}

describe("an error", () => {
  it("of ours passes with its code and sentence, and its detail goes to the log alone", async () => {
    const answer = await ask("{ refuse instant }");
    expect(answer.data).toEqual({ refuse: null, instant: "2026-11-24T00:00:00Z" });
    expect(answer.errors).toMatchObject([
      { message: "This cannot be.", path: ["refuse"], extensions: { code: "BAD_USER_INPUT" } },
    ]);
    expect(JSON.stringify(answer)).not.toContain("seen by the log alone");
    expect(fixture.logged()).toContain("seen by the log alone");
  });

  it("of any other kind says nothing of its inside, which the log keeps", async () => {
    const answer = await ask("{ crash }");
    expect(answer.errors).toMatchObject([{ path: ["crash"], extensions: { code: "INTERNAL_SERVER_ERROR" } }]);
    expect(JSON.stringify(answer)).not.toContain(inside);
    expect(fixture.logged()).toContain(inside);
  });

  it("is what a null becomes where none may be", async () => {
    const answer = await ask("{ missing }");
    expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: "INTERNAL_SERVER_ERROR" } }] });
  });

  it("is logged without the variables of the request", async () => {
    await ask("query ($day: Date) { crash echo(day: $day) }", { day: "1999-12-31" });
    expect(fixture.logged()).not.toContain("1999-12-31");
  });
});

describe("a value", () => {
  it.each([
    ["CitizenID", "citizen(id: $value) { id }", gulnar.replace("hm1_", "hm0_")],
    ["CitizenID", "citizen(id: $value) { id }", "0190c7a1-5b8e-4b1e-9d5e-000000000000"],
    ["CitizenID", "citizen(id: $value) { id }", [gulnar]],
    ["Date", "echo(day: $value)", "2026-02-30"],
    ["Date", "echo(day: $value)", "24.11.2026"],
    ["DateTime", "echo(instant: $value)", "yesterday"],
    ["YearMonth", "echo(month: $value)", "2026-13"],
    ["YearMonth", "echo(month: $value)", 202611],
    ["Int", "echo(whole: $value)", 2 ** 31],
  ])("that is no %s is refused in variables and in the document", async (type, field, value) => {
    const required = type === "CitizenID" ? "!" : "";
    const byVariable = await ask(`query ($value: ${type}${required}) { ${field} }`, { value });
    expect(byVariable).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
    expect(byVariable).not.toHaveProperty("data");
    const byLiteral = await ask(`{ ${field.replace("$value", JSON.stringify(value))} }`);
    expect(byLiteral.errors).toMatchObject([{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }]);
  });

  it("of each scalar of the city comes through", async () => {
    const query = 'query ($i: DateTime) { echo(day: "2026-11-24", instant: $i, month: "2026-11", whole: 7) }';
    expect(JSON.parse((await ask(query, { i: "2026-11-24T00:00:00Z" })).data.echo)).toEqual({
      day: "2026-11-24",
      instant: "2026-11-24T00:00:00.000Z",
      month: "2026-11",
      whole: 7,
    });
  });
});

describe("a citizen", () => {
  it("reads herself by a root field and by reference", async () => {
    expect(await ask(`{ citizen(id: "${gulnar}") { id } }`)).toEqual({ data: { citizen: { id: gulnar } } });
    const representations = [{ __typename: "Citizen", id: gulnar }];
    expect(await ask(entities, { representations })).toEqual({ data: { _entities: [{ id: gulnar }] } });
  });

  it("is forbidden to read another by a root field", async () => {
    const answer = await ask(`{ citizen(id: "${stranger}") { id } }`);
    expect(answer).toMatchObject({ data: { citizen: null }, errors: [{ extensions: { code: "FORBIDDEN" } }] });
  });

  it("gets her own part of a thousand references and a refusal of each other one", async () => {
    const others = Array.from({ length: 999 }, (_, n) => ({ __typename: "Citizen", id: citizenId(`other ${n}`) }));
    const representations = [...others, { __typename: "Citizen", id: gulnar }];
    const { data, errors } = await ask(entities, { representations });
    expect(data._entities).toEqual([...others.map(() => null), { id: gulnar }]);
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(["FORBIDDEN"]));
    expect(errors).toHaveLength(999);
  });

  it.each([{}, { id: null }, { id: [gulnar] }, { id: { toString: gulnar } }])(
    "is not found by the malformed reference %j",
    async (reference) => {
      const answer = await ask(entities, { representations: [{ __typename: "Citizen", ...reference }] });
      expect(answer).toMatchObject({ data: { _entities: [null] }, errors: [{ extensions: { code: "FORBIDDEN" } }] });
    },
  );

  it("cannot slip values of her own into an answer by a reference", async () => {
    const representations = [{ __typename: "Citizen", id: gulnar, today: "1900-01-01" }];
    expect(
      (
        await ask(
          "query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Citizen { today } } }",
          { representations },
        )
      ).data,
    ).toEqual({
      _entities: [{ today: "2026-11-24" }],
    });
  });

  const entities =
    "query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Citizen { id } } }";
});

describe("the day of a request", () => {
  it.each([
    ["2026-11-24T15:59:59Z", "2026-11-24"],
    ["2026-11-24T16:00:00Z", "2026-11-25"],
    ["2026-12-31T16:00:00Z", "2027-01-01"],
  ])("at %s is %s in the city", async (instant, day) => {
    const other = await startFixture({ instant });
    try {
      const { data } = await other.gateway.ask(
        other.endpoint,
        "fixture",
        gulnar,
        `{ citizen(id: "${gulnar}") { today } }`,
      );
      expect(data).toEqual({ citizen: { today: day } });
    } finally {
      await other.close();
    }
  });
});
