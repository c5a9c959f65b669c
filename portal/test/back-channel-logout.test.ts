import { generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortal, type TestPortal } from "./support/portal.ts";

let portal: TestPortal;

beforeAll(async () => {
  portal = await startTestPortal();
});
afterAll(() => portal.close());

const event = "http://schemas.openid.net/event/backchannel-logout";
const now = () => Math.floor(Date.now() / 1000);

const claimsOf = (sid: string, changes: Record<string, unknown> = {}): JWTPayload => ({
  iss: portal.identity.issuer,
  aud: "portal",
  sub: "citizen-1",
  sid,
  iat: now(),
  exp: now() + 120,
  jti: crypto.randomUUID(),
  events: { [event]: {} },
  ...changes,
});

async function signedIn() {
  const visitor = portal.visitor();
  await visitor.open("/sign-in");
  return {
    isSignedIn: async () => (await (await visitor.open("/")).text()).includes("阿依古丽"),
    sid: portal.identity.sid(),
  };
}

async function tell(token: string): Promise<[number, string | null]> {
  const body = new URLSearchParams({ logout_token: token });
  const answer = await fetch(`${portal.url}/back-channel-logout`, { method: "POST", body });
  return [answer.status, answer.headers.get("cache-control")];
}

describe("a logout token", () => {
  it("ends the session that it names, and no other", async () => {
    const [hers, somebodyElses] = [await signedIn(), await signedIn()];
    expect(await hers.isSignedIn()).toBe(true);
    expect(await tell(await portal.identity.sign(claimsOf(hers.sid), "logout+jwt"))).toEqual([200, "no-store"]);
    expect(await hers.isSignedIn()).toBe(false);
    expect(await somebodyElses.isSignedIn()).toBe(true);
  });

  it("is answered alike when it comes again or names a session that nobody has", async () => {
    const token = await portal.identity.sign(claimsOf("nobody's"), "logout+jwt");
    expect(await tell(token)).toEqual([200, "no-store"]);
    expect(await tell(token)).toEqual([200, "no-store"]);
  });

  it.each<[string, Record<string, unknown>, string?]>([
    ["of another issuer", { iss: "https://elsewhere.example" }],
    ["for another client", { aud: "bank" }],
    ["that has expired", { iat: now() - 400, exp: now() - 280 }],
    ["without a session", { sid: undefined }],
    ["without the event", { events: {} }],
    ["without an ID", { jti: undefined }],
    ["with a nonce, as an ID token has one", { nonce: "n" }],
    ["of another type", {}, "JWT"],
  ])("%s ends nothing", async (_flaw, changes, type = "logout+jwt") => {
    const { isSignedIn, sid } = await signedIn();
    const token = await portal.identity.sign(claimsOf(sid, changes), type);
    expect((await tell(token))[0]).toBe(400);
    expect(await isSignedIn()).toBe(true);
  });

  it("that identity has not signed ends nothing, nor does anything that is no token", async () => {
    const { isSignedIn, sid } = await signedIn();
    const { privateKey } = await generateKeyPair("ES256");
    const header = { alg: "ES256", typ: "logout+jwt", kid: "test" };
    const forged = await new SignJWT(claimsOf(sid)).setProtectedHeader(header).sign(privateKey);
    for (const token of [forged, "nothing", ""]) expect((await tell(token))[0]).toBe(400);
    expect(await isSignedIn()).toBe(true);
  });
});
