/** Redis is gone with all that was in it, and identity starts again: what is lost, and what is not. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { graceSeconds } from "../provider/refresh-rotation.ts";
import { aygul, wei } from "./support/citizens.ts";
import {
  type Attempt,
  begin,
  portalClient,
  redeem,
  refresh,
  refusalOf,
  registerBank,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let portal: TestClient;
let bank: TestClient;
let atPortal: Attempt;
let atBank: Attempt;
let portalRefresh: string;
let bankRefresh: string;
let spentBankRefresh: string;
let unfinished: Attempt;
let unredeemed: Attempt;

const wrongGrant = { status: 400, error: "invalid_grant" };

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  bank = await registerBank(identity);
  atPortal = await signIn(identity, portal, aygul);
  portalRefresh = String((await redeem(portal, atPortal)).refresh_token);
  const asked = await signIn(identity, bank, wei);
  atBank = { ...asked, page: await asked.agent.submit(asked.page, { action: "allow", "health:read": "yes" }) };
  spentBankRefresh = String((await redeem(bank, atBank)).refresh_token);
  bankRefresh = String((await refresh(bank, spentBankRefresh)).refresh_token);
  unfinished = await begin(identity, portal);
  unredeemed = await signIn(identity, portal, aygul);
  await identity.restartWithoutFleeting();
});
afterAll(() => identity.close());

it("her session is not: the next client gets its code without a page", async () => {
  const { page } = await begin(identity, portal, { agent: atPortal.agent });
  expect(page.leavesTo?.searchParams.has("code")).toBe(true);
});

it("what she allowed is not: nobody asks her again", async () => {
  const { page } = await begin(identity, bank, { agent: atBank.agent });
  expect(page.leavesTo?.searchParams.has("code")).toBe(true);
});

it("refresh tokens are not, of confidential and of public clients", async () => {
  expect((await refresh(portal, portalRefresh)).access_token).toBeTruthy();
  expect((await refresh(bank, bankRefresh)).access_token).toBeTruthy();
});

it("nor is the knowledge that one has been spent", async () => {
  // Past the seconds in which two tabs may have sent the same one.
  await identity.database.query(
    "UPDATE oidc_artefact SET consumed_at = consumed_at - make_interval(secs => $1) WHERE consumed_at IS NOT NULL",
    [graceSeconds + 1],
  );
  expect(await refusalOf(refresh(bank, spentBankRefresh))).toEqual(wrongGrant);
});

it("accounts are not: she signs in as ever", async () => {
  const { page } = await signIn(identity, portal, wei);
  expect(page.leavesTo?.searchParams.has("code")).toBe(true);
});

it("a sign-in on the way is, and she is told so on a page from which she can begin again", async () => {
  const fields = { login: aygul.residentId, password: aygul.password };
  const page = await unfinished.agent.submit(unfinished.page, fields);
  expect(page.status).toBe(400);
  expect(page.leavesTo).toBe(null);
  const again = await signIn(identity, portal, aygul, { agent: unfinished.agent });
  expect(again.page.leavesTo?.searchParams.has("code")).toBe(true);
});

it("a code that was not redeemed is", async () => {
  expect(await refusalOf(redeem(portal, unredeemed))).toEqual(wrongGrant);
});
