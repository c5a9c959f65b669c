/** A caseworker who administers identity, from her invitation to what the record says of her. */
import * as oidc from "openid-client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { governmentSector } from "../../trust/pseudonym.ts";
import { createEntryFolder, runAdmin, waterSector } from "./support/admin.ts";
import { aygul } from "./support/citizens.ts";
import { portalClient, proofs, redeem, registerFapi2, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { enrolStaff, inviteStaff, openPageWithPasskeys, signInStaff } from "./support/staff.ts";

let identity: TestIdentity;
let browser: Browser;
let adminConsole: TestClient;
let page: Page;
let staffId: string;
beforeAll(async () => {
  identity = await startTestIdentity();
  adminConsole = await registerFapi2(identity, "admin-console", { audience: "staff", sector: governmentSector });
  browser = await launchBrowser();
  const invited = await inviteStaff(identity);
  staffId = invited.staffId;
  page = await openPageWithPasskeys(browser);
  await enrolStaff(identity, page, invited.code);
});
afterAll(async () => {
  await browser.close();
  await identity.close();
});

const request = () => ({ scope: "openid identity:admin", resource: `${identity.issuer}/admin` });
const { sector: _name, ...entry } = waterSector;

/** Registers the sector waterco over HTTP, or tries to. */
async function putSector(client: TestClient, token: string, query = "") {
  const url = new URL(`${identity.issuer}/admin/v1/sectors/waterco${query}`);
  const headers = new Headers({ "content-type": "application/json" });
  const body = JSON.stringify(entry);
  const response = await oidc
    .fetchProtectedResource(client.configuration, token, url, "PUT", body, headers, proofs(client))
    .catch((error: unknown) => {
      if (error instanceof oidc.WWWAuthenticateChallengeError) return error.response;
      throw error;
    });
  return { status: response.status, challenge: response.headers.get("www-authenticate") };
}

const recorded = () => identity.database.query("SELECT actor, register, entry, action FROM admin_change");
const stepUp = 'DPoP error="insufficient_user_authentication", acr_values="urn:huimin:loa:3", max_age="900"';

describe("a caseworker with her passkey", () => {
  it("administers nothing before the operator has named her", async () => {
    const { access_token: token } = await signInStaff(identity, adminConsole, page, request());
    expect(await putSector(adminConsole, token)).toEqual({ status: 403, challenge: 'DPoP error="access_denied"' });
  });

  it("tries a change, makes it, and stands in the record as who did", async () => {
    const folder = await createEntryFolder();
    await folder.write("her.json", { account_id: staffId, name: "李明" });
    expect((await runAdmin(identity, `administrators apply ${folder.path}`)).code).toBe(0);
    await folder.remove();
    const before = await recorded();
    const { access_token: token } = await signInStaff(identity, adminConsole, page, request());
    expect((await putSector(adminConsole, token, "?dryRun=true")).status).toBe(200);
    expect(await recorded()).toEqual(before);
    expect((await putSector(adminConsole, token)).status).toBe(200);
    const hers = { actor: `${staffId} through admin-console`, register: "sectors", entry: "waterco", action: "add" };
    expect(await recorded()).toEqual([...before, hers]);
  });

  it("is asked for her passkey again when it is a quarter of an hour ago", async () => {
    await identity.database.query(
      `UPDATE oidc_artefact SET payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload ->> 'loginTs')::bigint - 901))
       WHERE model = 'Session' AND payload ->> 'accountId' = $1`,
      [staffId],
    );
    const { access_token: token } = await signInStaff(identity, adminConsole, page, request());
    expect(await putSector(adminConsole, token)).toEqual({ status: 401, challenge: stepUp });
    const again = { ...request(), acr_values: "urn:huimin:loa:3", max_age: "900" };
    const { access_token: fresh } = await signInStaff(identity, adminConsole, page, again);
    expect((await putSector(adminConsole, fresh)).status).toBe(200);
  });
});

describe("a citizen", () => {
  it("is refused with her own client's token, however she came by the scope", async () => {
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul, { parameters: request() });
    const answer = attempt.page.leavesTo ? attempt.page : await attempt.agent.submit(attempt.page, { action: "allow" });
    const { access_token: token } = await redeem(portal, { ...attempt, page: answer });
    expect(await putSector(portal, token)).toEqual({ status: 401, challenge: stepUp });
  });
});
