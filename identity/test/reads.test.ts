import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";
import { type ClientAssertionSigner, signClientAssertion } from "../../trust/client-assertion.ts";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { purposes } from "../../trust/purposes.ts";
import type { Read } from "../../trust/reads.ts";
import { texts } from "../pages/view.ts";
import { createStaff, disableStaff } from "../staff/accounts.ts";
import { signInToAccount } from "./support/account.ts";
import { aygul, wei } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let gateway: Server;
let signer: ClientAssertionSigner;
let staffId: string;
let seal: (id: string) => string;

beforeAll(async () => {
  identity = await startTestIdentity();
  const { gatewayUrl, pseudonymKey } = identity.config;
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "g", alg: "ES256", use: "sig" }];
  gateway = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  await once(gateway.listen(Number(new URL(gatewayUrl).port), "localhost"), "listening");
  signer = { client: gatewayUrl, key: privateKey, keyId: "g" };
  seal = sectorPseudonyms(pseudonymKey, governmentSector).seal;
});
beforeEach(async () => {
  const staff = { department: "pension", role: "caseworker", displayName: "李明" };
  staffId = await createStaff(identity.database, staff);
});
afterAll(async () => {
  gateway.closeAllConnections();
  gateway.close();
  await identity.close();
});

async function tell(changes: Partial<Read> = {}, assertion?: string) {
  const read: Read = {
    transaction: randomUUID(),
    caseworker: seal(staffId),
    citizens: [seal(aygul.citizenId)],
    client: "cases",
    department: "pension",
    role: "caseworker",
    purpose: "pension-determination",
    categories: ["pension.payment"],
    ...changes,
  };
  const response = await fetch(`${identity.issuer}/events/reads`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${assertion ?? (await signClientAssertion(signer, identity.issuer))}`,
    },
    body: JSON.stringify(read),
  });
  return response.status;
}

const kept = () => identity.database.query("SELECT * FROM read_by_another WHERE staff_id = $1", [staffId]);

describe("a read by a caseworker", () => {
  it("is kept with who, what she was, for what, whom, what and when", async () => {
    expect(await tell({ citizens: [seal(aygul.citizenId), seal(wei.citizenId)] })).toBe(204);
    const rows = await kept();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      client_id: "cases",
      department: "pension",
      role: "caseworker",
      purpose: "pension-determination",
      categories: ["pension.payment"],
    });
    expect(rows.map((row) => Reflect.get(row, "citizen_id")).sort()).toEqual([aygul.citizenId, wei.citizenId].sort());
  });

  it("stands in the citizen's history, in her language, without the caseworker's name", async () => {
    await tell();
    const { agent } = await signInToAccount(identity, aygul);
    const said = { en: "To determine a pension", ug: "پېنسىيە مۇئامىلىسىنى بېكىتىش" };
    for (const [language, wording] of Object.entries(said)) {
      const { text } = await agent.open(`${identity.issuer}/account/history?lang=${language}`);
      expect(text).toContain(wording);
      expect(text).not.toContain("李明");
    }
  });

  it.each(["UPDATE read_by_another SET purpose = 'x'", "DELETE FROM read_by_another", "TRUNCATE read_by_another"])(
    "can never be undone by %s",
    async (sql) => {
      await tell();
      await expect(identity.database.query(sql)).rejects.toThrow("append-only");
    },
  );
});

describe("nothing is kept, and the gateway is told so,", () => {
  const changes: readonly [string, () => Partial<Read>, number][] = [
    ["of a citizen who is not there", () => ({ citizens: [seal(aygul.citizenId), seal(randomUUID())] }), 422],
    ["of a name that is no citizen's form", () => ({ citizens: [`hm1_${"A".repeat(43)}`] }), 422],
    ["by somebody who is no caseworker", () => ({ caseworker: seal(wei.citizenId) }), 422],
    ["by a caseworker of another department", () => ({ department: "health" }), 422],
    ["by a caseworker of another role", () => ({ role: "physician" }), 422],
    ["of nobody", () => ({ citizens: [] }), 400],
    ["of more than a case is about", () => ({ citizens: Array.from({ length: 11 }, () => seal(randomUUID())) }), 400],
  ];
  it.each(changes)("%s", async (_what, change, status) => {
    expect(await tell(change())).toBe(status);
    expect(await kept()).toEqual([]);
  });

  it("by a caseworker whose account is closed", async () => {
    await disableStaff(identity.database, staffId);
    expect(await tell()).toBe(422);
    expect(await kept()).toEqual([]);
  });

  it("when it is not the gateway that tells, or when its proof came before", async () => {
    const stranger = { ...signer, key: (await generateKeyPair("ES256")).privateKey };
    expect(await tell({}, await signClientAssertion(stranger, identity.issuer))).toBe(401);
    expect(await kept()).toEqual([]);
    const assertion = await signClientAssertion(signer, identity.issuer);
    expect([await tell({}, assertion), await tell({}, assertion)]).toEqual([204, 401]);
    expect(await kept()).toHaveLength(1);
  });
});

describe("the page of the history", () => {
  it.each(languages)("has a name for every department that may read, in %s", (language) => {
    const departments = [...purposes.values()].flatMap(({ users }) => Object.keys(users));
    for (const department of departments) {
      expect(texts(language)(`historyPage.departments.${department}`)).not.toBe("");
    }
  });
});
