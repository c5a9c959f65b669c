import { randomBytes, randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../platform/config.ts";
import { createLogger } from "../../platform/log.ts";
import { firstVersion, governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { signInAbroad } from "../boundary/sector-sign-in.ts";
import { createSectors } from "../boundary/sectors.ts";
import { createGateway } from "../server.ts";
import { type GraphAnswer, gatewayConfig, newCitizenId, startCity, type TestCity } from "./city.ts";

const key = randomBytes(32);
const waterVersions = { issued: 2, accepted: [1, 2] };
const government = sectorPseudonyms(key, governmentSector);
const waterCompany = sectorPseudonyms(key, "waterco", waterVersions);
const bank = sectorPseudonyms(key, "bank");
const citizenId = randomUUID();

let city: TestCity;
beforeAll(async () => {
  city = await startCity({
    settings: { HUIMIN_SECTORS: "utilities=waterco", HUIMIN_PSEUDONYM_KEY: key.toString("base64url") },
    sectors: { government: firstVersion, waterco: waterVersions, bank: firstVersion },
  });
});
afterAll(() => city.close());

/** What the last transaction token for a subgraph said. */
const tokenTo = (name: "citizen" | "utilities") =>
  decodeJwt(String(city.subgraphs[name].calls.at(-1)?.[transactionTokenHeader]));

/** Asks a department and the company about the caller; gives the subject that each was told. */
async function subjectsSeen(token: string) {
  const { utilities } = city.subgraphs;
  const before = utilities.calls.length;
  const answer = await city.query("{ me { id amountDue { amount } } }", { token });
  const company = utilities.calls.length > before ? tokenTo("utilities").sub : undefined;
  return { answer, department: tokenTo("citizen").sub, company };
}

const codesOf = ({ errors = [] }: GraphAnswer) => errors.map(({ extensions }) => extensions.code);

const tokenOf = (sub: string, sector: string | undefined, claims = {}) =>
  city.token(sub, { claims: { sector, ...claims } });

describe("the subject of a transaction token", () => {
  it("has the form of the subgraph's sector, whatever the sector of the client", async () => {
    const expected = { department: government.seal(citizenId), company: waterCompany.seal(citizenId) };
    const tokens = [
      await tokenOf(government.seal(citizenId), governmentSector),
      await tokenOf(waterCompany.seal(citizenId), "waterco"),
      await tokenOf(bank.seal(citizenId), "bank"),
    ];
    for (const token of tokens) expect(await subjectsSeen(token)).toMatchObject(expected);
  });

  it("is for a company's subgraph what identity gives the company's own client as sub", async () => {
    const sub = waterCompany.seal(citizenId);
    expect((await subjectsSeen(await tokenOf(sub, "waterco"))).company).toBe(sub);
  });

  it("stands beside the person who acts for her, in the same sector's form", async () => {
    const daughter = randomUUID();
    const acting = { act: { sub: bank.seal(daughter) } };
    await subjectsSeen(await tokenOf(bank.seal(citizenId), "bank", acting));
    const { act } = tokenTo("utilities");
    expect(act).toEqual({ sub: waterCompany.seal(daughter) });
    const { answer } = await subjectsSeen(await tokenOf(bank.seal(citizenId), "bank", { act: { sub: "somebody" } }));
    expect(codesOf(answer)).toEqual(["TOKEN_INVALID"]);
  });

  it("comes with the client and the sign-in in a form that another company cannot compare", async () => {
    const signedInAt = 1_700_000_077;
    const claims = { auth_time: signedInAt, acr: "urn:huimin:loa:2" };
    await subjectsSeen(await tokenOf(government.seal(citizenId), governmentSector, claims));
    const [inside, outside] = [tokenTo("citizen"), tokenTo("utilities")];
    expect(inside).toMatchObject({ req_wl: "cli", ...claims });
    expect(outside).toMatchObject({ acr: claims.acr, auth_time: 1_700_000_040 });
    expect(outside.req_wl).toMatch(/^client_[\w-]{22}$/);
    expect(outside.txn).not.toBe(inside.txn);
    await subjectsSeen(await tokenOf(government.seal(randomUUID()), governmentSector, claims));
    expect(tokenTo("utilities").req_wl).toBe(outside.req_wl);
    const abroad = signInAbroad(key);
    const { clientId } = abroad({ subject: "", clientId: "cli", scopes: new Set(), expiresAt: 0 }, "bank");
    expect(clientId).not.toBe(outside.req_wl);
  });

  it("is in the issued form although the token still has the one before", async () => {
    const before = sectorPseudonyms(key, "waterco").seal(citizenId);
    const { company, answer } = await subjectsSeen(await tokenOf(before, "waterco"));
    expect(company).toBe(waterCompany.seal(citizenId));
    expect(answer.status).toBe(200);
  });
});

/** The `id` of the caller, and whether a company's subgraph took her for the one whom it was asked about. */
async function asked(token: string, id?: string) {
  const query = `query ($id: CitizenID!) { citizen(id: $id) { id amountDue { amount } } }`;
  const { data, errors } = await city.query(query, { token, variables: { id } });
  return { citizen: data?.citizen, codes: errors?.map(({ extensions }) => extensions.code) };
}

describe("what is said over a border", () => {
  const hers = {
    government: government.seal(citizenId),
    waterco: waterCompany.seal(citizenId),
    bank: bank.seal(citizenId),
  };

  it("names her to each client in its own form, and finds her by it, also at a company's subgraph", async () => {
    for (const [sector, id] of Object.entries(hers)) {
      const { citizen } = await asked(await tokenOf(id, sector), id);
      expect(citizen).toEqual({ id, amountDue: { amount: 1234 } });
    }
  });

  it("names nobody to a company in another sector's form, not even in errors about its own words", async () => {
    const token = await tokenOf(hers.bank, "bank");
    const misused = "query ($first: Int!) { me { pension { contributions(first: $first) { edges { cursor } } } } }";
    const { errors } = await city.query(misused, { token, variables: { first: hers.bank } });
    expect(JSON.stringify(errors)).toContain(hers.bank);
    expect(JSON.stringify(errors)).not.toContain(hers.government);
  });

  it("does not tell a company whether a form of another sector is hers", async () => {
    const token = await tokenOf(hers.bank, "bank");
    for (const id of [hers.government, hers.waterco, government.seal(randomUUID())]) {
      expect(await asked(token, id)).toEqual({ citizen: undefined, codes: ["FORBIDDEN"] });
    }
  });
});

describe("an access token", () => {
  it.each([
    ["of a sector that nobody registered", () => sectorPseudonyms(key, "casino").seal(citizenId), "casino"],
    ["that says no sector", () => government.seal(citizenId), undefined],
    ["whose subject is of another sector than it says", () => bank.seal(citizenId), "waterco"],
    ["of a version that is not accepted", () => sectorPseudonyms(key, "bank", waterVersions).seal(citizenId), "bank"],
  ])("%s is refused", async (_name, sub, sector) => {
    const { answer, company } = await subjectsSeen(await tokenOf(sub(), sector));
    expect([answer.status, codesOf(answer)]).toEqual([401, ["TOKEN_INVALID"]]);
    expect(company).toBeUndefined();
  });

  it("of a department whose subject is nobody leads to no company", async () => {
    const { answer, company } = await subjectsSeen(await tokenOf(newCitizenId(), governmentSector));
    expect([answer.status, codesOf(answer)]).toEqual([200, ["FORBIDDEN"]]);
    expect(company).toBeUndefined();
  });
});

describe("a gateway without the key of the pseudonyms", () => {
  it("serves the departments' clients, and refuses those of companies", () => {
    const alone = createSectors({ key: undefined, subgraphs: new Map(), versions: () => new Map() });
    const holder = {
      subject: government.seal(citizenId),
      sector: governmentSector,
      clientId: "portal",
      scopes: new Set<string>(),
      expiresAt: 0,
      issuedAt: 0,
      level: null,
      signedInAt: null,
      sessionId: null,
      grantId: null,
      actor: null,
      company: null,
      keyThumbprint: null,
      certificateThumbprint: null,
      tokenId: "t",
      exchangedFrom: [],
      keyId: "k",
      department: null,
      role: null,
    };
    expect(alone.entering(holder)).toBe(holder);
    expect(() => alone.entering({ ...holder, subject: bank.seal(citizenId), sector: "bank" })).toThrow("not valid");
  });

  it.each([
    ["HUIMIN_PSEUDONYM_KEY is missing", { HUIMIN_SECTORS: "health=clinic" }],
    ["names no subgraph", { HUIMIN_SECTORS: "water=waterco", HUIMIN_PSEUDONYM_KEY: key.toString("base64url") }],
  ])("does not start with companies' subgraphs: %s", async (message, settings) => {
    const config = await gatewayConfig({
      port: 1,
      issuer: "http://localhost:9",
      subgraphs: { health: "http://localhost:9/graphql" },
      settings,
    });
    const refused = createGateway(config, createLogger("gateway", "silent"));
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(message);
  });
});
