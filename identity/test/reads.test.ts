import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { languages } from "../../platform/i18n.ts";
import { categories } from "../../trust/categories.ts";
import { type ClientAssertionSigner, signClientAssertion } from "../../trust/client-assertion.ts";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { purposes } from "../../trust/purposes.ts";
import type { CaseworkersRead, DelegatesRead, Read, ReadOutcome } from "../../trust/reads.ts";
import { texts } from "../pages/view.ts";
import { createStaff, disableStaff } from "../staff/accounts.ts";
import { signInToAccount } from "./support/account.ts";
import { aygul, wei } from "./support/citizens.ts";
import { enterGuardianship, registerPerson } from "./support/family.ts";
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

/** A read that is as it should be but for `changes`. */
function readWith(changes: Partial<CaseworkersRead> = {}): CaseworkersRead {
  return {
    reader: "caseworker",
    transaction: randomUUID(),
    person: seal(staffId),
    citizens: [seal(aygul.citizenId)],
    client: "cases",
    department: "pension",
    role: "caseworker",
    purpose: "pension-determination",
    categories: ["pension.payment"],
    ...changes,
  };
}

async function post(reads: readonly unknown[], assertion?: string) {
  const response = await fetch(`${identity.issuer}/events/reads`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${assertion ?? (await signClientAssertion(signer, identity.issuer))}`,
    },
    body: JSON.stringify({ reads }),
  });
  return { status: response.status, ...((await response.json()) as { outcomes?: ReadOutcome[] }) };
}

/** What becomes of one read. */
const tell = async (changes: Partial<CaseworkersRead> = {}) => (await post([readWith(changes)])).outcomes?.[0];

const kept = () => identity.database.query("SELECT * FROM read_by_another WHERE reader_id = $1", [staffId]);

describe("a read by a caseworker", () => {
  it("is kept with who, what she was, for what, whom, what and when", async () => {
    expect(await tell({ citizens: [seal(aygul.citizenId), seal(wei.citizenId)] })).toBe("kept");
    const rows = await kept();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      reader: "caseworker",
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

describe("a read by who acts for a citizen", () => {
  const delegatesRead = (changes: Partial<DelegatesRead> = {}): DelegatesRead => ({
    reader: "delegate",
    transaction: randomUUID(),
    person: seal(wei.citizenId),
    citizens: [seal(aygul.citizenId)],
    client: "portal",
    categories: ["health.record", "person.name"],
    ...changes,
  });
  const outcomeOf = async (changes: Partial<DelegatesRead> = {}) =>
    (await post([delegatesRead(changes)])).outcomes?.[0];
  const ofDelegates = (citizenId: string) =>
    identity.database.query(
      "SELECT reader_id, basis, right_id, categories FROM read_by_another WHERE reader = 'delegate' AND citizen_id = $1",
      [citizenId],
    );
  const told = async (citizenId: string) =>
    await identity.database.query<{ detail: Record<string, string> }>(
      "SELECT detail, client_id FROM account_history WHERE kind = 'read-by-delegate' AND citizen_id = $1 ORDER BY entry_id",
      [citizenId],
    );
  let rightId: string;
  beforeEach(async () => {
    await identity.database.query("DELETE FROM guardianship");
    rightId = await enterGuardianship(identity.database, wei, aygul, "appointed-guardian");
  });

  it("is kept with who and by which right, and told by her name, in the language of the reader", async () => {
    expect(await outcomeOf()).toBe("kept");
    expect(await ofDelegates(aygul.citizenId)).toEqual([
      {
        reader_id: wei.citizenId,
        basis: "appointed-guardian",
        right_id: rightId,
        categories: ["health.record", "person.name"],
      },
    ]);
    const { agent } = await signInToAccount(identity, aygul);
    for (const language of languages) {
      const { text } = await agent.open(`${identity.issuer}/account/history?lang=${language}`);
      const t = texts(language);
      expect(text).toContain(t("history.read-by-delegate"));
      expect(text).toContain(wei.name);
      expect(text).toContain(t("delegation.kind.appointed-guardian"));
      for (const kind of ["health.record", "person.name"] as const) expect(text).toContain(categories[kind][language]);
    }
  });

  it("stands in the history once an hour for what is the same, however often, and in the record each time", async () => {
    const ward = await registerPerson(identity.database, "古丽", { years: 9 });
    await enterGuardianship(identity.database, wei, ward);
    const citizens: DelegatesRead["citizens"] = [seal(ward.citizenId)];
    const many = Array.from({ length: 20 }, () => delegatesRead({ citizens }));
    await Promise.all([post(many), post(many), post([delegatesRead({ citizens, categories: ["person.name"] })])]);
    expect((await told(ward.citizenId)).map(({ detail }) => detail.categories).sort()).toEqual([
      "health.record person.name",
      "person.name",
    ]);
    await identity.database.query(
      "UPDATE account_history SET occurred_at = occurred_at - interval '1 hour' WHERE citizen_id = $1",
      [ward.citizenId],
    );
    await post(many);
    expect(await told(ward.citizenId)).toHaveLength(3);
    expect(await ofDelegates(ward.citizenId)).toHaveLength(61);
  });

  it("is kept and not told when it is of no kind of personal data", async () => {
    const ward = await registerPerson(identity.database, "古丽", { years: 9 });
    await enterGuardianship(identity.database, wei, ward);
    expect(await outcomeOf({ citizens: [seal(ward.citizenId)], categories: [] })).toBe("kept");
    expect([(await ofDelegates(ward.citizenId)).length, await told(ward.citizenId)]).toEqual([1, []]);
  });

  it("is refused to whoever has no right to act for her, or none any more", async () => {
    expect(await outcomeOf({ person: seal(aygul.citizenId), citizens: [seal(wei.citizenId)] })).toBe("unknown-person");
    expect(await outcomeOf({ person: seal(staffId) })).toBe("unknown-person");
    // Nor does somebody else's right help her, who reads the same citizen at the same time.
    const stranger = await registerPerson(identity.database, "古丽", { years: 40 });
    const both = [delegatesRead(), delegatesRead({ person: seal(stranger.citizenId) })];
    expect((await post(both)).outcomes).toEqual(["kept", "unknown-person"]);
    await identity.database.query("UPDATE guardianship SET valid_until = now()");
    expect(await outcomeOf()).toBe("unknown-person");
  });
});

describe("many reads that are told at once", () => {
  it("are each kept or not by themselves, in their order", async () => {
    const stranger = readWith({ citizens: [seal(randomUUID())] });
    const told = [readWith(), stranger, { ...readWith(), purpose: "" }, readWith({ citizens: [seal(wei.citizenId)] })];
    expect((await post(told)).outcomes).toEqual(["kept", "unknown-person", "invalid", "kept"]);
    expect(await kept()).toHaveLength(2);
  });

  it("take as many statements as one", async () => {
    const statements = async (reads: readonly Read[]) => {
      const spy = vi.spyOn(pg.Client.prototype, "query");
      expect((await post(reads)).outcomes).toEqual(reads.map(() => "kept"));
      const texts = spy.mock.calls.map(([query]) => JSON.stringify(query));
      spy.mockRestore();
      return texts.filter((text) => /staff_account|citizen|read_by_another|account_history/.test(text)).length;
    };
    const many = Array.from({ length: 100 }, (_, i) => readWith({ citizens: [seal((i % 2 ? wei : aygul).citizenId)] }));
    expect([await statements([readWith()]), await statements(many)]).toEqual([3, 3]);
    expect(await kept()).toHaveLength(101);
  });

  it("are a hundred at most, the longest of them too", async () => {
    expect((await post([])).status).toBe(400);
    expect((await post(Array.from({ length: 101 }, () => readWith()))).status).toBe(400);
    const longest = readWith({
      transaction: "t".repeat(64),
      citizens: Array.from({ length: 10 }, () => seal(randomUUID())),
      client: "惠".repeat(200),
      department: "d".repeat(61),
      role: "r".repeat(61),
      purpose: "p".repeat(61),
      categories: Array.from({ length: 50 }, () => "c".repeat(60)),
    });
    expect((await post(Array.from({ length: 100 }, () => longest))).outcomes).toContain("unknown-person");
  });
});

describe("nothing is kept, and the gateway is told so,", () => {
  const changes: readonly [string, () => Partial<CaseworkersRead>, ReadOutcome][] = [
    [
      "of a citizen who is not there",
      () => ({ citizens: [seal(aygul.citizenId), seal(randomUUID())] }),
      "unknown-person",
    ],
    ["of a name that is no citizen's form", () => ({ citizens: [`hm1_${"A".repeat(43)}`] }), "unknown-person"],
    ["by somebody who is no caseworker", () => ({ person: seal(wei.citizenId) }), "unknown-person"],
    ["by a caseworker of another department", () => ({ department: "health" }), "unknown-person"],
    ["by a caseworker of another role", () => ({ role: "physician" }), "unknown-person"],
    ["of nobody", () => ({ citizens: [] }), "invalid"],
    [
      "of more than a case is about",
      () => ({ citizens: Array.from({ length: 11 }, () => seal(randomUUID())) }),
      "invalid",
    ],
  ];
  it.each(changes)("%s", async (_what, change, outcome) => {
    expect(await tell(change())).toBe(outcome);
    expect(await kept()).toEqual([]);
  });

  it("by a caseworker whose account is closed", async () => {
    await disableStaff(identity.database, staffId);
    expect(await tell()).toBe("unknown-person");
    expect(await kept()).toEqual([]);
  });

  it("when it is not the gateway that tells, or when its proof came before", async () => {
    const stranger = { ...signer, key: (await generateKeyPair("ES256")).privateKey };
    expect((await post([readWith()], await signClientAssertion(stranger, identity.issuer))).status).toBe(401);
    expect(await kept()).toEqual([]);
    const assertion = await signClientAssertion(signer, identity.issuer);
    const statuses = [await post([readWith()], assertion), await post([readWith()], assertion)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 401]);
    expect(await kept()).toHaveLength(1);
  });
});

describe("the page of the history", () => {
  it.each(languages)("has a name for every department that may read, in %s", (language) => {
    const departments = [...purposes.values()].flatMap(({ caseworkers }) => Object.keys(caseworkers));
    for (const department of departments) {
      expect(texts(language)(`historyPage.departments.${department}`)).not.toBe("");
    }
  });
});
