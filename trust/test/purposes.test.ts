import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";
import { covers, purposes, requirePurpose, type StatedPurpose } from "../purposes.ts";
import { mintTransactionToken, verifyTransactionToken } from "../transaction-token.ts";

const refused = (code: string, department: string, role: string) => {
  try {
    return requirePurpose(code, department, role);
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
      expect(Object.values(purpose.users).every((roles) => roles.length > 0)).toBe(true);
      expect(Object.keys(purpose.users).length).toBeGreaterThan(0);
    },
  );

  it("calls health sensitive wherever it may be read", () => {
    const reading = [...purposes.values()].filter(({ categories }) =>
      categories.some((each) => each.startsWith("health.")),
    );
    expect(reading.length).toBeGreaterThan(0);
    for (const { legalBasis } of reading) expect(legalBasis.join()).toContain("art. 28");
  });
});

describe("a purpose", () => {
  it("is for the roles of the departments that it names", () => {
    const stated = { code: "pension-determination", department: "pension", role: "caseworker", citizens: [] };
    expect(requirePurpose("pension-determination", "pension", "caseworker")).toEqual(stated);
  });

  it.each([
    ["another department", "health", "caseworker", "none"],
    ["another role", "pension", "counter-officer", "none"],
    ["a department that has purposes of its own", "health", "nurse", "treatment"],
    ["a department of a name that every object has", "constructor", "caseworker", "none"],
  ])("is not for %s, who is told of her own", (_whom, department, role, own) => {
    const message = `Your role in your department may not read for this purpose. Yours are: ${own}.`;
    expect(refused("pension-determination", department, role)).toMatchObject({ code: "FORBIDDEN", message });
  });

  it("must be registered", () => {
    expect(refused("curiosity", "pension", "caseworker")).toMatchObject({
      code: "BAD_REQUEST",
      message: "The header Huimin-Purpose names no registered purpose. Yours are: pension-determination.",
    });
  });

  it("covers its categories and nothing beside them", () => {
    const treatment = requirePurpose("treatment", "health", "physician");
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
    const treatment = requirePurpose("treatment", "health", "physician", ["hm1_y"]);
    expect((await read(treatment)).purpose).toEqual(treatment);
    await expect(read({ ...treatment, department: "pension" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(read({ ...treatment, code: "curiosity" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
