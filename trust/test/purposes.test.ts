import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";
import { governmentSector } from "../pseudonym.ts";
import { covers, purposes, type Reader, requirePurpose, type StatedPurpose } from "../purposes.ts";
import { mintTransactionToken, verifyTransactionToken } from "../transaction-token.ts";

const caseworker = (department: string, role: string) => ({ kind: "caseworker", department, role }) as const;
const company = (sector: string) => ({ kind: "company", sector }) as const;

const refused = (code: string, reader: Reader) => {
  try {
    return requirePurpose(code, reader);
  } catch (error) {
    return error;
  }
};

describe("the register of purposes", () => {
  it.each([...purposes])(
    "says of %s, in four languages, what it is for, by what law, what and who",
    (code, purpose) => {
      expect(code).toMatch(/^[a-z][a-z-]+$/);
      expect(Object.keys(purpose.wording).sort()).toEqual([...languages].sort());
      for (const wording of Object.values(purpose.wording)) expect(wording.trim()).not.toBe("");
      expect(purpose.legalBasis.some((law) => law.startsWith("Personal Information Protection Law, art. 13"))).toBe(
        true,
      );
      expect(purpose.categories.length).toBeGreaterThan(0);
      expect(Object.values(purpose.caseworkers).every((roles) => roles.length > 0)).toBe(true);
      expect(Object.keys(purpose.caseworkers).length + purpose.companies.length).toBeGreaterThan(0);
    },
  );

  it("calls health sensitive wherever it may be read", () => {
    const reading = [...purposes.values()].filter(({ categories }) =>
      categories.some((each) => each.startsWith("health.")),
    );
    expect(reading.length).toBeGreaterThan(0);
    for (const { legalBasis } of reading) expect(legalBasis.join()).toContain("art. 28");
  });

  it("gives companies nothing but who their customer is, for what she has allowed them (art. 23)", () => {
    const forCompanies = [...purposes.values()].filter(({ companies }) => companies.length > 0);
    expect(forCompanies.length).toBeGreaterThan(0);
    for (const { caseworkers, categories, companies, legalBasis } of forCompanies) {
      expect([caseworkers, categories]).toEqual([{}, ["person.name"]]);
      expect(companies).not.toContain(governmentSector);
      expect(legalBasis.join()).toMatch(/art\. 13\(1\)\(1\).* 23/);
    }
  });
});

describe("a purpose", () => {
  it("is for the roles of the departments that it names", () => {
    const reader = caseworker("pension", "caseworker");
    const stated = { code: "pension-determination", reader, citizens: [] };
    expect(requirePurpose("pension-determination", reader)).toEqual(stated);
  });

  it("is for the companies that it names", () => {
    const stated = { code: "supply-contract", reader: company("waterco"), citizens: [] };
    expect(requirePurpose("supply-contract", company("waterco"))).toEqual(stated);
  });

  it.each([
    ["another company", "supply-contract", "savingsbank", "none"],
    ["a company, when it is a caseworker's", "pension-determination", "waterco", "supply-contract"],
    ["the departments as if they were one", "supply-contract", governmentSector, "none"],
  ])("is not for %s, which is told of its own", (_whom, code, sector, own) => {
    const message = `Your company may not read for this purpose. Yours are: ${own}.`;
    expect(refused(code, company(sector))).toMatchObject({ code: "FORBIDDEN", message });
  });

  it("is not for a caseworker when it is a company's", () => {
    expect(refused("supply-contract", caseworker("waterco", "caseworker"))).toMatchObject({ code: "FORBIDDEN" });
  });

  it.each([
    ["another department", "health", "caseworker", "none"],
    ["another role", "pension", "counter-officer", "none"],
    ["a department that has purposes of its own", "health", "nurse", "treatment"],
    ["a department of a name that every object has", "constructor", "caseworker", "none"],
  ])("is not for %s, who is told of her own", (_whom, department, role, own) => {
    const message = `Your role in your department may not read for this purpose. Yours are: ${own}.`;
    expect(refused("pension-determination", caseworker(department, role))).toMatchObject({
      code: "FORBIDDEN",
      message,
    });
  });

  it("must be registered", () => {
    expect(refused("curiosity", caseworker("pension", "caseworker"))).toMatchObject({
      code: "BAD_REQUEST",
      message: "The header Huimin-Purpose names no registered purpose. Yours are: pension-determination.",
    });
  });

  it("covers its categories and nothing beside them", () => {
    const treatment = requirePurpose("treatment", caseworker("health", "physician"));
    expect(covers(treatment, ["health.record", "person.name"])).toBe(true);
    expect(covers(treatment, ["health.record", "pension.payment"])).toBe(false);
    expect(covers({ ...treatment, code: "curiosity" }, ["health.record"])).toBe(false);
  });

  it("goes with the token to a subgraph, which holds it against the register again", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256" }] });
    const now = Math.floor(Date.now() / 1000);
    const signer = {
      issuer: "http://localhost:4001",
      key: privateKey,
      keyId: "k1",
      keyThumbprint: await calculateJwkThumbprint(publicKey),
    };
    const read = async (purpose: StatedPurpose) => {
      const caller = { subject: "hm1_x", clientId: "cases", scopes: new Set<string>(), expiresAt: now + 300, purpose };
      const token = await mintTransactionToken(signer, caller, "health", "t1", now);
      return (await verifyTransactionToken(token, { issuer: signer.issuer, subgraph: "health", keys })).caller;
    };
    const treatment = requirePurpose("treatment", caseworker("health", "physician"), ["hm1_y"]);
    expect((await read(treatment)).purpose).toEqual(treatment);
    const supply = requirePurpose("supply-contract", company("waterco"), ["hm1_y"]);
    expect((await read(supply)).purpose).toEqual(supply);
    for (const reader of [caseworker("pension", "physician"), company("waterco")]) {
      await expect(read({ ...treatment, reader })).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    await expect(read({ ...supply, reader: company("savingsbank") })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(read({ ...treatment, code: "curiosity" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
