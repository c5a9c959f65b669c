/** A company's reads in its own name: of whom they are kept, what she sees of them, and how she ends them. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";
import { companySubject } from "../../trust/caller.ts";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { purposeScope, purposes } from "../../trust/purposes.ts";
import type { CompanysRead } from "../../trust/reads.ts";
import { forgetConsent, rememberConsent } from "../store/consents.ts";
import { signInToAccount } from "./support/account.ts";
import { waterSector } from "./support/admin.ts";
import { aygul, wei } from "./support/citizens.ts";
import { register } from "./support/client.ts";
import { startTestGateway, type TestGateway } from "./support/gateway.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

const purpose = "supply-contract";
const scope = purposeScope(purpose);

let identity: TestIdentity;
let gateway: TestGateway;
let seal: (id: string) => string;

beforeAll(async () => {
  identity = await startTestIdentity();
  gateway = await startTestGateway(identity);
  seal = sectorPseudonyms(identity.config.pseudonymKey, governmentSector).seal;
  for (const [sector, organisation] of [
    ["waterco", waterSector.organisation],
    ["powerco", "天河电力公司"],
  ]) {
    const document = { kind: "company", organisation };
    await identity.database.query("INSERT INTO sector (sector, document) VALUES ($1, $2)", [sector, document]);
  }
  await register(identity, "water-app", "public", { sector: "waterco", client_name: "新河自来水" });
  await register(identity, "water-billing", "public", { sector: "waterco", client_name: "新河自来水" });
  await register(identity, "power-app", "public", { sector: "powerco" });
});
afterAll(async () => {
  gateway.close();
  await identity.close();
});
beforeEach(async () => {
  await identity.database.query("DELETE FROM consent");
  await identity.database.query("UPDATE sector SET retired_at = NULL");
});

const allow = (clientId = "water-app", scopes = ["openid", scope]) =>
  rememberConsent(identity.database, aygul.citizenId, clientId, { scopes, declined: [] });

/** The water company's billing reads her; as it should be but for `changes`. */
const readWith = (changes: Partial<CompanysRead> = {}): CompanysRead => ({
  transaction: randomUUID(),
  reader: "company",
  sector: "waterco",
  citizens: [seal(aygul.citizenId)],
  client: "water-billing",
  purpose,
  categories: ["person.name"],
  ...changes,
});

const tell = async (changes: Partial<CompanysRead> = {}) => (await gateway.record(readWith(changes)))[0];

const kept = () => identity.database.query("SELECT * FROM read_by_another ORDER BY read_id");

describe("a read by a company whom she has allowed it", () => {
  it("is kept with which company, by which client, for what, whom, what and when", async () => {
    await allow();
    const before = (await kept()).length;
    expect(await tell()).toBe("kept");
    expect((await kept()).slice(before)).toMatchObject([
      {
        reader: "company",
        sector: "waterco",
        client_id: "water-billing",
        citizen_id: aygul.citizenId,
        purpose,
        categories: ["person.name"],
        reader_id: null,
        department: null,
        role: null,
      },
    ]);
  });

  it.each(languages)("stands in her history with the company's name and its purpose, in %s", async (language) => {
    await allow();
    await tell();
    const { agent } = await signInToAccount(identity, aygul);
    const { text } = await agent.open(`${identity.issuer}/account/history?lang=${language}`);
    expect(text).toContain(waterSector.organisation);
    expect(text).toContain(purposes.get(purpose)?.wording[language]);
  });

  it("is told beside a caseworker's, each with an outcome of its own", async () => {
    await allow();
    const reads = [readWith(), readWith({ sector: "powerco", client: "power-app" }), readWith()];
    expect(await gateway.record(...reads)).toEqual(["kept", "unknown-person", "kept"]);
  });
});

describe("nothing is kept of a read, and the gateway is told so,", () => {
  const refusals: readonly [string, () => Promise<unknown>, Partial<CompanysRead>][] = [
    ["when she has allowed the company nothing", async () => {}, {}],
    ["when she has allowed it something else", () => allow("water-app", ["openid", "citizen:read"]), {}],
    ["when she has allowed it another company", () => allow("power-app"), {}],
    ["for a purpose that she has not allowed", allow, { purpose: "pension-determination" }],
    ["by a client of another company", allow, { client: "power-app" }],
    ["by a client that is gone", allow, { client: "water-gone" }],
    ["by a client of the city", allow, { client: "portal" }],
    [
      "by a company that has left the city",
      async () => {
        await allow();
        await identity.database.query("UPDATE sector SET retired_at = now() WHERE sector = 'waterco'");
      },
      {},
    ],
  ];
  it.each(refusals)("%s", async (_what, before, changes) => {
    await before();
    const rows = (await kept()).length;
    expect(await tell(changes)).toBe("unknown-person");
    expect(await kept()).toHaveLength(rows);
  });

  it("of somebody else than who has allowed it, or of two at once", async () => {
    await allow();
    expect(await tell({ citizens: [seal(wei.citizenId)] })).toBe("unknown-person");
    expect(await tell({ citizens: [seal(aygul.citizenId), seal(wei.citizenId)] })).toBe("invalid");
  });

  it("as soon as she stops the company's application", async () => {
    await allow();
    expect(await tell()).toBe("kept");
    const { agent, page } = await signInToAccount(identity, aygul, "/account/applications");
    await agent.submit(page, { client: "water-app" });
    expect(await tell()).toBe("unknown-person");
  });
});

describe("the citizen subgraph", () => {
  const reader = { kind: "company", sector: "waterco" } as const;
  const ask = () => {
    const id = seal(aygul.citizenId);
    const caller = { subject: companySubject("waterco"), purpose: { code: purpose, reader, citizens: [id] } };
    return gateway.ask(`{ me { id } citizen(id: "${id}") { name { text } } }`, caller);
  };

  it("tells a company the name of a customer who has allowed it, and that it is nobody itself", async () => {
    await allow();
    expect(await ask()).toEqual({ data: { me: null, citizen: { name: { text: aygul.name } } } });
  });

  it("tells it nothing once she has not, whatever the gateway says", async () => {
    await allow();
    await forgetConsent(identity.database, aygul.citizenId, "water-app");
    expect(await ask()).toEqual({ data: { me: null, citizen: null } });
  });
});
