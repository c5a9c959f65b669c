import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runStaffCommand } from "../staff/command.ts";
import { signInToAccount } from "./support/account.ts";
import { type Authenticator, createAuthenticator, optionsOf } from "./support/authenticator.ts";
import { residentIdOf, type TestCitizen } from "./support/citizens.ts";
import { depart, portalClient, redeem, signIn, type TestClient } from "./support/client.ts";
import { historyOf, openSecurity, postForm, settleCitizen, smsCode } from "./support/factors.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent, type UserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;
let her: TestCitizen;
let phone: Authenticator;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());
beforeEach(async () => {
  her = await settleCitizen(identity);
  phone = createAuthenticator(identity.issuer);
});

/** Adds a passkey on the security pages. */
async function addPasskey(citizen = her, authenticator = phone): Promise<UserAgent> {
  const { agent, page } = await openSecurity(identity, citizen);
  const made = authenticator.create(page);
  const done = await postForm(agent, page, "/account/security/passkeys", { name: "phone", credential: made });
  expect(done.url.search).toBe("?done=added");
  return agent;
}

/** The sign-in page of the portal in a new browser. */
async function openDoor() {
  const { url, checks } = await depart(identity, portal, { ui_locales: "en" });
  const agent = createUserAgent(identity.issuer);
  return { agent, checks, page: await agent.open(url) };
}

const passkeyForm = (credential: string) => ({ action: "passkey", credential });

describe("an answer of a passkey", () => {
  it("signs in once: the same answer again, here or at another sign-in, is refused", async () => {
    await addPasskey();
    const [here, there] = [await openDoor(), await openDoor()];
    const answer = phone.get(here.page);
    expect((await there.agent.submit(there.page, passkeyForm(answer))).status).toBe(422);
    // The challenge is used up by having been brought to the wrong place.
    expect((await here.agent.submit(here.page, passkeyForm(answer))).status).toBe(422);
    const fresh = await here.agent.open(here.page.url);
    const right = phone.get(fresh);
    const both = await Promise.all([1, 2].map(() => here.agent.submit(fresh, passkeyForm(right))));
    expect(both.filter(({ leavesTo }) => leavesTo !== null)).toHaveLength(1);
  });

  it("is refused with another origin, relying party or challenge, without verification, or with a wrong signature", async () => {
    await addPasskey();
    const { agent, page, checks } = await openDoor();
    const attempts = [
      { origin: "https://identity.example.net" },
      { origin: `${identity.issuer}.example.net` },
      { rpId: "example.net" },
      { challenge: Buffer.from("a challenge that nobody gave out").toString("base64url") },
      { verified: false },
    ];
    for (const bent of attempts) {
      const door = await agent.open(page.url);
      expect((await agent.submit(door, passkeyForm(phone.get(door, bent)))).status, JSON.stringify(bent)).toBe(422);
    }
    const door = await agent.open(page.url);
    const other = createAuthenticator(identity.issuer);
    const forged = { ...JSON.parse(phone.get(door)), response: JSON.parse(other.get(door)).response };
    expect((await agent.submit(door, passkeyForm(JSON.stringify(forged)))).status).toBe(422);
    const last = await agent.open(page.url);
    const done = await agent.submit(last, passkeyForm(phone.get(last)));
    const tokens = await redeem(portal, { agent, checks, page: done });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ acr: "urn:huimin:loa:2", amr: ["hwk", "user", "mfa"] });
  });

  it("of another account is refused as the second step, and so is a challenge of the first", async () => {
    await addPasskey();
    const neighbour = await settleCitizen(identity);
    const theirs = createAuthenticator(identity.issuer);
    await addPasskey(neighbour, theirs);
    const door = await openDoor();
    const step = await door.agent.submit(door.page, { login: her.residentId, password: her.password });
    expect(optionsOf(step).allowCredentials).toHaveLength(1);
    const factor = { action: "factor", factor: "passkey" };
    const wrong = await door.agent.submit(step, { ...factor, credential: theirs.get(step) });
    expect(wrong.status).toBe(422);
    const first = phone.get(wrong, { challenge: optionsOf(door.page).challenge });
    expect((await door.agent.submit(wrong, { ...factor, credential: first })).status).toBe(422);
    const again = await door.agent.open(door.page.url);
    const done = await door.agent.submit(again, { ...factor, credential: phone.get(again) });
    const tokens = await redeem(portal, { ...door, page: done });
    expect(decodeJwt(tokens.access_token).amr).toEqual(["pwd", "hwk", "user", "mfa"]);
  });
});

describe("a passkey for work", () => {
  it("opens no citizen's account, and the page says kindly what it is for", async () => {
    const words = ["invite", "--department", "health", "--role", "caseworker", "--name", "李明"];
    const lines = await runStaffCommand(words, identity.database, identity.issuer);
    const code =
      lines
        .find((line) => line.startsWith("code"))
        ?.slice(4)
        .trim() ?? "";
    const clerk = createUserAgent(identity.issuer, { "accept-language": "en" });
    const asked = await clerk.submit(await clerk.open(`${identity.issuer}/staff/enrol`), { code });
    const enrolled = await clerk.submit(asked, { code, credential: phone.create(asked) });
    expect(enrolled.text).toContain("Your passkey is registered");
    const { agent, page } = await openDoor();
    const refused = await agent.submit(page, passkeyForm(phone.get(page)));
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("This passkey is for your work");
    // Whoever merely names it hears no more than of any other.
    const named = await agent.submit(refused, passkeyForm(phone.get(refused, { verified: false })));
    expect(named.text).toContain("This passkey could not be checked");
  });
});

describe("a passkey from before a recovery by the mobile alone", () => {
  it("takes the account back: the password of the recovery and everything signed in with it end", async () => {
    await addPasskey();
    const stolen = { ...her, password: "seven herons over water" };
    await recoverByMobile(stolen.password);
    const since = identity.messages.length;
    const asked = await signInToAccount(identity, stolen, "/account?lang=en");
    const other = await asked.agent.submit(asked.page, { action: "choose", factor: "sms" });
    const sent = await asked.agent.submit(other, { action: "send", factor: "sms" });
    const inside = await asked.agent.submit(sent, { code: await smsCode(identity, her.mobile, since) });
    expect(inside.url.pathname).toBe("/account");
    const door = await openDoor();
    const mine = await door.agent.submit(door.page, passkeyForm(phone.get(door.page)));
    const { access_token: token } = await redeem(portal, { ...door, page: mine });
    expect(decodeJwt(token).acr).toBe("urn:huimin:loa:2");
    expect((await asked.agent.open(`${identity.issuer}/account`)).url.pathname).toMatch(/^\/interaction\//);
    expect((await signIn(identity, portal, stolen)).page.status).toBe(422);
    expect(await historyOf(identity, her)).toContain("password-changed");
  });
});

async function recoverByMobile(password: string): Promise<void> {
  const since = identity.messages.length;
  const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
  const asked = await agent.submit(await agent.open(`${identity.issuer}/recovery`), { login: her.mobile });
  const proof = await agent.submit(asked, { code: await smsCode(identity, her.mobile, since) });
  await agent.submit(proof, { action: "wait" });
  await identity.database.query(
    "UPDATE recovery_request SET ready_at = now() - interval '1 second' WHERE ended_at IS NULL AND citizen_id = $1",
    [her.citizenId],
  );
  const ready = await agent.open(`${identity.issuer}/recovery/password`);
  expect((await agent.submit(ready, { password })).text).toContain("Your new password is set");
}

describe("registration with a passkey", () => {
  it("opens an account without a password, and signs in with nothing else at level 2", async () => {
    const residentId = residentIdOf("1991-04-04", "321");
    const mobile = "19900000077";
    await identity.database.query(
      `INSERT INTO citizen (resident_id, citizen_id, name, birth_date, contact_mobile)
       VALUES ($1, gen_random_uuid(), '达娜', '1991-04-04', $2)`,
      [residentId, mobile],
    );
    const since = identity.messages.length;
    const agent = createUserAgent(identity.issuer, { "accept-language": "en" });
    const start = await agent.open(`${identity.issuer}/register`);
    const asked = await agent.submit(start, { name: "达娜", residentId, mobile });
    const page = await agent.submit(asked, { code: await smsCode(identity, mobile, since) });
    const foreign = await agent.submit(page, { credential: phone.create(page, { origin: "https://example.net" }) });
    expect(foreign.status).toBe(422);
    const end = await agent.submit(foreign, { credential: phone.create(foreign) });
    expect(end.text).toContain("Your account is open");
    const door = await openDoor();
    const done = await door.agent.submit(door.page, passkeyForm(phone.get(door.page)));
    expect(decodeJwt((await redeem(portal, { ...door, page: done })).access_token).acr).toBe("urn:huimin:loa:2");
    expect((await signIn(identity, portal, { ...her, residentId, password: "" })).page.status).toBe(422);
  });
});
