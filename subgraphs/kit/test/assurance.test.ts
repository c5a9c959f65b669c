import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Caller } from "../../../trust/caller.ts";
import { citizenId } from "./citizens.ts";
import { type Fixture, startFixture } from "./fixture.ts";

const gulnar = citizenId("gulnar");
const now = () => Math.floor(Date.now() / 1000);

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.close());

function ask(query: string, signIn: Pick<Caller, "level" | "signedInAt">, variables = {}) {
  return fixture.gateway.ask(fixture.endpoint, "fixture", gulnar, query, { id: gulnar, ...variables }, signIn);
}

const read = (fields: string) => `query ($id: CitizenID!) { citizen(id: $id) { today ${fields} } }`;
const code = "INSUFFICIENT_USER_AUTHENTICATION";
const refused = (...path: string[]) => [{ path, extensions: { code } }];

describe("a field that demands certainty, asked of the subgraph itself", () => {
  it.each([
    ["who signed in with a password", { level: "urn:huimin:loa:1", signedInAt: now() } as const],
    ["who signed in well, and long ago", { level: "urn:huimin:loa:3", signedInAt: now() - 1_000 } as const],
    ["who signed in well, nobody knows when", { level: "urn:huimin:loa:3", signedInAt: null } as const],
    ["of whose sign-in nothing is known", { level: null, signedInAt: null }],
  ])("is refused to a citizen %s, and everything else is told", async (_name, signIn) => {
    const { data, errors } = await ask(read("diagnosis"), signIn);
    expect(data).toEqual({ citizen: { today: "2026-11-24", diagnosis: null } });
    const challenge = { acr_values: "urn:huimin:loa:2", max_age: 900 };
    expect(errors).toMatchObject([{ path: ["citizen", "diagnosis"], extensions: { code, ...challenge } }]);
  });

  it("is told to a citizen who is certain enough", async () => {
    const signIn = { level: "urn:huimin:loa:2", signedInAt: now() - 800 } as const;
    expect(await ask(read("diagnosis oldest { what }"), signIn)).toEqual({
      data: { citizen: { today: "2026-11-24", diagnosis: "none", oldest: { what: "dear" } } },
    });
  });

  it("is found behind an alias and a fragment, by its type, its interface and a reference", async () => {
    const weak = { level: "urn:huimin:loa:1", signedInAt: now() } as const;
    const alias = await ask(read("... on Citizen { id: diagnosis }"), weak);
    expect(alias.errors).toMatchObject(refused("citizen", "id"));
    expect((await ask(read("vault { __typename }"), weak)).errors).toMatchObject(refused("citizen", "vault"));
    const letter = await ask(read("oldest { ... on Letter { what } }"), weak);
    expect(letter.errors).toMatchObject(refused("citizen", "oldest", "what"));
    const query = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Vault { what } } }";
    const entity = await ask(query, weak, { of: [{ __typename: "Vault", id: "1" }] });
    expect(entity.data).toEqual({ _entities: [{ what: null }] });
    expect(entity.errors).toMatchObject([{ extensions: { code: "INSUFFICIENT_USER_AUTHENTICATION" } }]);
  });
});
