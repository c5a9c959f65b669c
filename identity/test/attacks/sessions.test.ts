/** Attacks on sessions and their cookies. */
import { afterEach, beforeEach, vi } from "vitest";
import { attack, identities, worked } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import { begin, portalClient, publicClient, redeem, signIn } from "../support/client.ts";
import type { TestIdentity } from "../support/identity.ts";
import { createUserAgent, type UserAgent } from "../support/user-agent.ts";

const { real, weak } = identities();

/** Whether whoever holds the browser is let in at the portal without proving anything. */
async function letIn(identity: TestIdentity, agent: UserAgent): Promise<string> {
  const { page } = await begin(identity, await portalClient(identity), { agent });
  return page.leavesTo?.searchParams.has("code") ? worked : "asked to sign in";
}

/** A second browser with the cookies of the first. */
function stolenFrom({ issuer }: TestIdentity, victim: UserAgent): UserAgent {
  const thief = createUserAgent(issuer);
  for (const [key, value] of victim.cookies) (thief.cookies as Map<string, string>).set(key, value);
  return thief;
}

attack("a session that was planted before she signed in", {
  source: "ASVS 7.2.4",
  real,
  weak: weak({
    provider: ({ Session }) => {
      Session.prototype.resetIdentifier = () => {};
    },
  }),
  attempt: async (identity) => {
    const attacker = createUserAgent(identity.issuer);
    await attacker.open(`${identity.issuer}/session/end`);
    await attacker.open(`${identity.issuer}/device`);
    const victim = stolenFrom(identity, attacker);
    await signIn(identity, await portalClient(identity), aygul, { agent: victim });
    return await letIn(identity, attacker);
  },
  meets: "asked to sign in",
});

attack("a cookie kept from before she signed out", {
  source: "ASVS 7.4.1",
  real,
  weak: "cannot be shown: sessions are rows of a table that signing out deletes; none is kept in the cookie itself",
  attempt: async (identity) => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    const thief = stolenFrom(identity, agent);
    const page = await agent.open(`${identity.issuer}/session/end`);
    await agent.submit(page, { logout: "yes" });
    return await letIn(identity, thief);
  },
  meets: "asked to sign in",
});

attack("a session that is kept alive for ever", {
  source: "ASVS 7.3.2",
  real,
  weak: weak({ configuration: (one) => ({ ...one, ttl: { ...one.ttl, Session: 12 * 60 * 60 } }) }),
  attempt: async (identity) => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    for (let hours = 0; hours < 30; hours += 6) {
      vi.setSystemTime(Date.now() + 6 * 60 * 60 * 1000);
      await letIn(identity, agent);
    }
    return await letIn(identity, agent);
  },
  meets: "asked to sign in",
});

attack("a session that was left alone for half a day", {
  source: "ASVS 7.3.1",
  real,
  weak: weak({ configuration: (one) => ({ ...one, ttl: { ...one.ttl, Session: 14 * 24 * 60 * 60 } }) }),
  attempt: async (identity) => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    vi.setSystemTime(Date.now() + 13 * 60 * 60 * 1000);
    return await letIn(identity, agent);
  },
  meets: "asked to sign in",
});

attack("a script of the page, or a form of another site, that uses her session's cookie", {
  source: "ASVS 7.2.1",
  real,
  weak: weak({
    configuration: (one) => ({ ...one, cookies: { ...one.cookies, long: { signed: true, httpOnly: false } } }),
  }),
  attempt: async (identity) => {
    const { agent, page } = await begin(identity, await portalClient(identity));
    const set: string[] = [];
    const browser = globalThis.fetch;
    vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
      const answer = await browser(...request);
      set.push(...answer.headers.getSetCookie());
      return answer;
    });
    await agent.submit(page, { login: aygul.residentId, password: aygul.password });
    vi.unstubAllGlobals();
    const cookie = set.find((line) => line.startsWith("huimin_identity_session=")) ?? "";
    return /; httponly/i.test(cookie) && /; samesite=lax/i.test(cookie) ? "HttpOnly, SameSite" : worked;
  },
  meets: "HttpOnly, SameSite",
});

attack("an old session at a browser left open, which counts as a new sign-in once her account has been raised", {
  source: "ASVS 7.5.1; ASVS 10.3.4",
  real,
  weak: "cannot be shown: what counts as new is decided in one function of our own, which takes no argument about it",
  attempt: async (identity) => {
    const portal = await portalClient(identity);
    const { agent } = await signIn(identity, portal, aygul);
    await identity.database.query(
      `UPDATE oidc_artefact SET payload = jsonb_set(payload, '{amr}', '["pwd", "sms", "mfa"]')
       WHERE model = 'Session' AND payload ->> 'accountId' = $1`,
      [aygul.citizenId],
    );
    await identity.database.query("UPDATE account SET proofing = 'remote' WHERE citizen_id = $1", [aygul.citizenId]);
    const parameters = { acr_values: "urn:huimin:loa:2" };
    const { page } = await begin(identity, portal, { agent, parameters });
    return page.leavesTo?.searchParams.has("code") ? worked : "asked to sign in";
  },
  meets: "asked to sign in",
});

attack("a program on her device that takes the name of a native client while she is signed in", {
  source: "ASVS 7.6.2",
  real,
  weak: weak({
    configuration: (one) => {
      const login = one.interactions?.policy?.find(({ name }) => name === "login");
      login?.checks.remove("native_client_session");
      return one;
    },
  }),
  attempt: async (identity) => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    const cli = await publicClient(identity.issuer, "cli", "http://localhost:9/callback");
    const attempt = await begin(identity, cli, { agent });
    if (!attempt.page.leavesTo) return "asked to sign in";
    return (await redeem(cli, attempt)).access_token ? worked : "no token";
  },
  meets: "asked to sign in",
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});
