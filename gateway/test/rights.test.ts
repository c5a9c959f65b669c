import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphQLError, parse } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { compose } from "../../schema/compose.ts";
import { createGateway } from "../server.ts";
import { type GraphAnswer, gatewayConfig, newCitizenId, postQuery, ready } from "./city.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";
import { type RecordingSubgraph, startRecordingSubgraph } from "./recording-subgraph.ts";

const links = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@requires", "@external"])
  @link(url: "https://huimin.invalid/rights/v1.0", import: ["@assurance", "@cacheControl"])
directive @cacheControl(maxAge: Int) on FIELD_DEFINITION
directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
`;

const clinicSdl = `${links}
  type Query { doubtful: String older: String patient: Patient @cacheControl(maxAge: 60) vault: Vault found: [Found!] any: Place only: Vault! }
  type Mutation { prescribe(text: String!): String @assurance(level: 3) open: String }
  type Patient @key(fields: "id") {
    id: ID!
    name: String
    diagnosis: String @assurance(level: 2)
    kept: String @cacheControl(maxAge: 60) @assurance(level: 2)
    keptFresh: String @cacheControl(maxAge: 60) @assurance(level: 2, maxAge: "15m")
    required: String! @assurance(level: 2, maxAge: "15m")
    history: [Visit!]
    place: Place
  }
  type Visit { at: String note: String @assurance(level: 3) grade: Grade }
  interface Place { label: String }
  type Ward implements Place { label: String beds: Int }
  type Vault implements Place @assurance(level: 3) { label: String code: String }
  type Yard implements Place { label: String @assurance(level: 2) }
  union Found = Ward | Vault
  enum Grade @assurance(level: 2) { A B }
`;

const officeSdl = `${links}
  type Patient @key(fields: "id") {
    id: ID!
    diagnosis: String @external
    letter: String @requires(fields: "diagnosis")
    file: String @assurance(level: 2)
    shelf: String
  }
`;

let issuer: TestIssuer;
let clinic: RecordingSubgraph;
let office: RecordingSubgraph;
let gateway: Awaited<ReturnType<typeof createGateway>>;
let folder: string;
beforeAll(async () => {
  issuer = await startIssuer();
  const ward = { __typename: "Ward", label: "ward", beds: 4 };
  const vault = { __typename: "Vault", label: "vault", code: "0000" };
  const visits = [1, 2].map((at) => ({ at: String(at), note: "secret", grade: "A" }));
  const patient = { id: "1", name: "Ana", diagnosis: "flu", required: "yes", history: visits, place: { ...ward } };
  const yard = { __typename: "Yard", label: "yard" };
  clinic = await startRecordingSubgraph(clinicSdl, {
    Query: {
      patient: () => patient,
      vault: () => vault,
      found: () => [ward, vault],
      any: () => yard,
      only: () => vault,
      doubtful: () => {
        throw insufficient({ acr_values: "urn:huimin:loa:3", max_age: 60 });
      },
      older: () => {
        throw insufficient({ acr_values: "anything", max_age: -1, more: "words" });
      },
    },
    Mutation: { prescribe: () => "done", open: () => "opened" },
    Patient: { __resolveReference: () => patient },
  });
  office = await startRecordingSubgraph(officeSdl, {
    Patient: {
      __resolveReference: (reference: object) => ({ ...reference, file: "file", shelf: "shelf" }),
      letter: ({ diagnosis }: { readonly diagnosis: string }) => `about ${diagnosis}`,
    },
  });
  folder = await mkdtemp(join(tmpdir(), "huimin-"));
  const file = join(folder, "supergraph.graphql");
  await writeFile(
    file,
    compose([
      { name: "clinic", url: clinic.url, typeDefs: parse(clinicSdl) },
      { name: "office", url: office.url, typeDefs: parse(officeSdl) },
    ]),
  );
  const port = await freePort();
  const subgraphs = { clinic: clinic.url, office: office.url };
  const config = await gatewayConfig({
    port,
    issuer: issuer.url,
    subgraphs,
    settings: { HUIMIN_SUPERGRAPH: file },
  });
  gateway = await createGateway(config, createLogger("gateway", "silent"));
  await ready(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([clinic.close(), office.close(), issuer.stop()]);
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  clinic.asked.length = 0;
  office.asked.length = 0;
});

/** A refusal that the gateway did not foresee. */
function insufficient(said: object): GraphQLError {
  return new GraphQLError("No.", { extensions: { code: "INSUFFICIENT_USER_AUTHENTICATION", ...said } });
}

interface SignIn {
  readonly level?: 1 | 2 | 3;
  readonly secondsAgo?: number;
}

async function ask(query: string, { level, secondsAgo = 0 }: SignIn = {}): Promise<GraphAnswer> {
  const claims = {
    ...(level && { acr: `urn:huimin:loa:${level}`, auth_time: Math.floor(Date.now() / 1000) - secondsAgo }),
    scope: "clinic:read office:read",
  };
  const token = await accessToken(issuer, `${gateway.url}/graphql`, newCitizenId(), { claims });
  return await postQuery(gateway.url, query, { token });
}

const refused = (path: readonly (string | number)[], level: number, maxAge?: number) => ({
  message: "Sign in again with more certainty to read this.",
  path,
  extensions: {
    code: "INSUFFICIENT_USER_AUTHENTICATION",
    acr_values: `urn:huimin:loa:${level}`,
    ...(maxAge !== undefined && { max_age: maxAge }),
  },
});

describe("a field that demands a level", () => {
  it("is given to who has signed in at that level or a higher one", async () => {
    for (const level of [2, 3] as const) {
      const { data, errors, headers } = await ask("{ patient { diagnosis } }", { level });
      expect({ data, errors }).toEqual({ data: { patient: { diagnosis: "flu" } }, errors: undefined });
      expect(headers.get("www-authenticate")).toBeNull();
    }
  });

  it("is null with an error that says what would do to anybody else, and its neighbours are given", async () => {
    for (const signIn of [{ level: 1 }, {}] as const) {
      const { status, data, errors } = await ask("{ patient { name diagnosis } }", signIn);
      expect({ status, data, errors }).toEqual({
        status: 200,
        data: { patient: { name: "Ana", diagnosis: null } },
        errors: [refused(["patient", "diagnosis"], 2)],
      });
    }
  });

  it("is answered with a challenge in the header, too, of the most that anything asked for demands", async () => {
    const { headers } = await ask("{ patient { diagnosis history { note } required } }", { level: 1 });
    const challenge = headers.get("www-authenticate");
    for (const scheme of ["DPoP", "Bearer"]) {
      expect(challenge).toMatch(
        new RegExp(
          `${scheme} realm="huimin", error="insufficient_user_authentication", error_description="[^"]+", ` +
            `acr_values="urn:huimin:loa:3", max_age="900"`,
        ),
      );
    }
  });

  it("that the department alone refuses is answered with what the department says would do, joined to all else", async () => {
    const alone = await ask("{ doubtful patient { name } }", { level: 2 });
    expect(alone.data).toEqual({ doubtful: null, patient: { name: "Ana" } });
    expect(alone.errors).toEqual([refused(["doubtful"], 3, 60)]);
    expect(alone.headers.get("www-authenticate")).toContain('acr_values="urn:huimin:loa:3", max_age="60"');
    const both = await ask("{ doubtful patient { required } }", { level: 1 });
    expect(both.headers.get("www-authenticate")).toContain('acr_values="urn:huimin:loa:3", max_age="60"');
  });

  it("that the department refuses in words that are no challenge is answered with the code alone", async () => {
    const { errors, headers } = await ask("{ older }", { level: 2 });
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: "INSUFFICIENT_USER_AUTHENTICATION" }]);
    expect(headers.get("www-authenticate")).toBeNull();
  });

  it("demands a fresh sign-in where it has an age", async () => {
    const query = "{ patient { required } }";
    expect((await ask(query, { level: 2, secondsAgo: 890 })).errors).toBeUndefined();
    const { data, errors } = await ask(query, { level: 3, secondsAgo: 910 });
    expect({ data, errors }).toEqual({
      data: { patient: null },
      errors: [refused(["patient", "required"], 2, 900)],
    });
  });

  it("demands a fresh sign-in of a browser's own copy too: there is none", async () => {
    const keeping = async (field: string) =>
      (await ask(`{ patient { ${field} } }`, { level: 2 })).headers.get("cache-control");
    expect(await keeping("kept")).toBe("private, max-age=60");
    expect(await keeping("keptFresh")).toBe("private, no-store");
  });

  it("takes what holds it with it where it may not be null", async () => {
    const { data } = await ask("{ patient { name required } }", { level: 1 });
    expect(data).toEqual({ patient: null });
  });

  it("is refused at every place of a list", async () => {
    const { data, errors } = await ask("{ patient { history { at note } } }", { level: 2 });
    expect(data).toEqual({
      patient: {
        history: [
          { at: "1", note: null },
          { at: "2", note: null },
        ],
      },
    });
    expect(errors).toEqual([0, 1].map((index) => refused(["patient", "history", index, "note"], 3)));
  });
});

describe("what is refused", () => {
  it("is not asked for at any subgraph", async () => {
    await ask("{ patient { name diagnosis file } }", { level: 1 });
    expect(clinic.asked.join()).not.toContain("diagnosis");
    expect(office.asked).toEqual([]);
  });

  it("is not asked for when nothing else is", async () => {
    const { data, errors } = await ask("{ vault { code } }", { level: 2 });
    expect({ data, errors }).toEqual({ data: { vault: null }, errors: [refused(["vault"], 3)] });
    expect(clinic.asked).toEqual([]);
  });

  it("is not done when it is a mutation, while its neighbours are", async () => {
    const { data } = await ask('mutation { open prescribe(text: "x") }', { level: 2 });
    expect(data).toEqual({ open: "opened", prescribe: null });
    expect(clinic.asked.join()).not.toContain("prescribe");
  });
});

describe("no way leads round a demand:", () => {
  it.each([
    ["an alias", "{ patient { x: diagnosis } }"],
    ["a fragment", "{ patient { ...F } } fragment F on Patient { diagnosis }"],
    ["an inline fragment", "{ patient { ... { ... on Patient { diagnosis } } } }"],
    ["a condition", "query ($no: Boolean = false) { patient { diagnosis @skip(if: $no) } }"],
    ["a deferred fragment", "{ patient { name ... @defer { diagnosis } } }"],
    ["a field that is resolved with it", "{ patient { letter } }"],
    ["the same field twice", "{ patient { diagnosis } patient { diagnosis } }"],
  ])("%s", async (_way, query) => {
    const { data, errors } = await ask(query, { level: 1 });
    expect(JSON.stringify(data)).not.toContain("flu");
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["INSUFFICIENT_USER_AUTHENTICATION"]);
    expect(clinic.asked.join()).not.toContain("diagnosis");
    expect((await ask(query, { level: 2 })).errors).toBeUndefined();
  });

  it.each([
    ["an interface", "{ any { label } }", { any: { label: null } }, ["any", "label"], 2],
    ["an enum's values", "{ patient { history { at grade } } }", undefined, ["patient", "history", 0, "grade"], 2],
    ["a type alone", "{ vault { __typename } }", { vault: null }, ["vault"], 3],
    ["a type that may not be null", "{ only { __typename } }", null, ["only"], 3],
    ["the members of a union", "{ found { __typename } }", { found: null }, ["found", 1], 3],
  ] as const)("%s", async (_way, query, expected, path, level) => {
    const { data, errors } = await ask(query, { level: 1 });
    if (expected !== undefined) expect(data).toEqual(expected);
    expect(errors?.[0]).toEqual(refused(path, level));
    const allowed = await ask(query, { level: 3 });
    expect(allowed.errors).toBeUndefined();
  });

  it("a type of an interface leaves the others to be read", async () => {
    const { data, errors } = await ask("{ patient { place { label } } any { label } }", { level: 1 });
    expect(data).toEqual({ patient: { place: { label: "ward" } }, any: { label: null } });
    expect(errors).toEqual([refused(["any", "label"], 2)]);
  });
});
