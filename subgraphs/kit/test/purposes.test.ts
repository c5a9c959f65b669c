import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Caller, companySubject } from "../../../trust/caller.ts";
import type { StatedPurpose } from "../../../trust/purposes.ts";
import { citizenId } from "./citizens.ts";
import { type Fixture, startFixture } from "./fixture.ts";

const nurse = citizenId("nurse");
const gulnar = citizenId("gulnar");
const stranger = citizenId("stranger");

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

const asNurse = { kind: "caseworker", department: "health", role: "nurse" } as const;
const treatment: StatedPurpose = { code: "treatment", reader: asNurse, citizens: [gulnar] };

/** A gateway that believes everything asks on behalf of a caseworker. */
const ask = (query: string, caller: Partial<Caller> = {}) =>
  fixture.gateway.ask(fixture.endpoint, "fixture", nurse, query, undefined, { purpose: treatment, ...caller });

const codes = (answer: Awaited<ReturnType<typeof ask>>) =>
  answer.errors?.map(({ path, extensions }) => [path?.join("."), extensions.code]);

describe("for a purpose, a subgraph", () => {
  it("gives a caseworker what the purpose covers of whom she names", async () => {
    const { data, errors } = await ask(`{ citizen(id: "${gulnar}") { id name record { text } } }`);
    expect([data, errors]).toEqual([{ citizen: { id: gulnar, name: "Gulnar", record: { text: "flu" } } }, undefined]);
  });

  it("refuses what it does not cover as a whole, whatever the gateway has decided", async () => {
    const answer = await ask(`{ citizen(id: "${gulnar}") { name mixed } }`);
    expect(answer.data).toEqual({ citizen: { name: "Gulnar", mixed: null } });
    expect(codes(answer)).toEqual([["citizen.mixed", "FORBIDDEN"]]);
  });

  it("refuses what does not say of what kind it is", async () => {
    const answer = await ask(`{ citizen(id: "${gulnar}") { today } }`);
    expect(codes(answer)).toEqual([["citizen.today", "FORBIDDEN"]]);
  });

  it("refuses whom she does not name, by query and by reference", async () => {
    expect(codes(await ask(`{ citizen(id: "${stranger}") { name } }`))).toEqual([["citizen", "FORBIDDEN"]]);
    const reference = (id: string) => `{ __typename: "Citizen", id: "${id}" }`;
    const references = [gulnar, stranger].map(reference).join();
    const answer = await ask(`{ _entities(representations: [${references}]) { ... on Citizen { name } } }`);
    expect(answer.data._entities).toEqual([{ name: "Gulnar" }, null]);
    expect(codes(answer)).toEqual([["_entities.1", "FORBIDDEN"]]);
  });

  it("refuses whom she comes to from one whom she names", async () => {
    const answer = await ask(`{ citizen(id: "${gulnar}") { friend { name } } }`);
    expect(answer.data).toEqual({ citizen: { friend: { name: null } } });
    expect(codes(answer)).toEqual([["citizen.friend.name", "FORBIDDEN"]]);
  });

  it("refuses what is done, and not read", async () => {
    expect(codes(await ask("mutation { touch }"))).toEqual([["touch", "FORBIDDEN"]]);
  });

  it("refuses who signed in with less than a passkey", async () => {
    const query = `{ citizen(id: "${gulnar}") { name } }`;
    for (const level of ["urn:huimin:loa:2", null] as const) {
      expect(codes(await ask(query, { level }))).toEqual([["citizen", "FORBIDDEN"]]);
    }
  });

  it.each([
    ["a purpose that it does not know", { code: "curiosity" }, "BAD_REQUEST"],
    ["another department's purpose", { reader: { ...asNurse, department: "pension" } }, "FORBIDDEN"],
    ["a purpose of another role", { reader: { ...asNurse, role: "clerk" } }, "FORBIDDEN"],
    ["a caseworker's purpose for a company", { reader: { kind: "company", sector: "waterco" } as const }, "FORBIDDEN"],
  ])("closes the door to a token with %s", async (_what, changes, code) => {
    const answer = await ask(`{ citizen(id: "${gulnar}") { name } }`, { purpose: { ...treatment, ...changes } });
    expect([answer.data, codes(answer)]).toEqual([undefined, [[undefined, code]]]);
  });
});

describe("to a company in its own name, a subgraph", () => {
  const waterCompany = (citizens: readonly string[], sector = "waterco") => ({
    subject: companySubject("waterco"),
    level: null,
    purpose: { code: "supply-contract", reader: { kind: "company", sector } as const, citizens },
  });

  it("gives what the purpose covers of whom it names, and nothing else", async () => {
    const query = `{ citizen(id: "${gulnar}") { id name record { text } mixed friend { name } } }`;
    const answer = await ask(query, waterCompany([gulnar]));
    expect(answer.data).toEqual({
      citizen: { id: gulnar, name: "Gulnar", record: null, mixed: null, friend: { name: null } },
    });
    expect(codes(answer)?.map(([, code]) => code)).toEqual(["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"]);
  });

  it.each([
    ["refuses whom it does not name", [stranger], "waterco", "FORBIDDEN"],
    ["refuses it a purpose that is not its own", [gulnar], "savingsbank", "FORBIDDEN"],
  ])("%s", async (_what, citizens, sector, code) => {
    const answer = await ask(`{ citizen(id: "${gulnar}") { name } }`, waterCompany(citizens, sector));
    expect(codes(answer)?.map(([, each]) => each)).toEqual([code]);
  });

  it("gives nothing without a purpose", async () => {
    const { purpose: _purpose, ...company } = waterCompany([gulnar]);
    const query = `{ citizen(id: "${gulnar}") { name } }`;
    const answer = await fixture.gateway.ask(fixture.endpoint, "fixture", nurse, query, undefined, company);
    expect(codes(answer)).toEqual([["citizen", "FORBIDDEN"]]);
  });
});

describe("without a purpose, a subgraph", () => {
  it("answers a citizen whatever of what kind it is", async () => {
    const query = `{ citizen(id: "${gulnar}") { today name mixed record { text } } }`;
    const { data, errors } = await fixture.gateway.ask(fixture.endpoint, "fixture", gulnar, query);
    expect(errors).toBeUndefined();
    expect(data.citizen).toMatchObject({ name: "Gulnar", mixed: "mixed", record: { text: "flu" } });
  });

  it("answers a caseworker nothing of anybody", async () => {
    const query = `{ citizen(id: "${gulnar}") { name } }`;
    expect(codes(await fixture.gateway.ask(fixture.endpoint, "fixture", nurse, query))).toEqual([
      ["citizen", "FORBIDDEN"],
    ]);
  });
});
