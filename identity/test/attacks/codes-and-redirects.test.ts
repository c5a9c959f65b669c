/** Attacks on authorization codes and on the way back to the client. */
import * as oidc from "openid-client";
import { afterEach, beforeEach, vi } from "vitest";
import { allowed, attack, identities, newName, outcomeOf, withAdapter, worked } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import {
  begin,
  depart,
  portalClient,
  redeem,
  refresh,
  registerFapi2,
  registerOidc,
  signIn,
} from "../support/client.ts";
import { createUserAgent } from "../support/user-agent.ts";

const { real, weak } = identities();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

attack("a redirect URI that only begins like the registered one", {
  source: "RFC 9700 4.1; ASVS 10.4.1",
  real,
  weak: weak({
    provider: ({ Client }) => {
      Client.prototype.redirectUriAllowed = function beginsWith(uri) {
        return (this.redirectUris ?? []).some((registered) => uri.startsWith(registered));
      };
    },
  }),
  attempt: async (identity) => {
    const site = await registerOidc(identity, newName());
    // A page of the client that sends browsers on to wherever its address says.
    const redirectUri = `${site.redirectUri}/leave?to=https://attacker.example/`;
    const { page, agent } = await begin(identity, site, { parameters: { redirect_uri: redirectUri } });
    if (page.status !== 200) return "no sign-in";
    const consent = await agent.submit(page, { login: aygul.residentId, password: aygul.password });
    const { leavesTo } = await agent.submit(consent, { action: "allow" });
    return leavesTo?.searchParams.has("code") && leavesTo.searchParams.has("to") ? worked : "no code";
  },
  meets: "no sign-in",
});

attack("a code that somebody sees on its way, redeemed without the verifier", {
  source: "RFC 9700 4.5; ASVS 10.4.6",
  real,
  weak: weak(
    withAdapter("AuthorizationCode", (codes) => ({
      find: async (id) => {
        const { codeChallenge: _lost, codeChallengeMethod: _too, ...code } = (await codes.find(id)) ?? {};
        return code;
      },
    })),
  ),
  attempt: async (identity) => {
    const site = await registerOidc(identity, newName());
    const { page } = await allowed(identity, site);
    const code = page.leavesTo?.searchParams.get("code") ?? "";
    return await outcomeOf(
      oidc.genericGrantRequest(site.configuration, "authorization_code", { code, redirect_uri: site.redirectUri }),
    );
  },
  meets: "invalid_grant",
});

attack("a code of hers that is put into the attacker's own sign-in at the client", {
  source: "RFC 9700 4.5; ASVS 10.1.2",
  real,
  weak: weak({ configuration: (one) => ({ ...one, pkce: { required: () => false } }) }),
  attempt: async (identity) => {
    const site = await registerOidc(identity, newName());
    // As a client that was never told of PKCE, where identity lets it.
    const without = { code_challenge: null, code_challenge_method: null };
    const isDemanded = (await begin(identity, site, { parameters: without })).page.leavesTo !== null;
    const request = isDemanded ? {} : { parameters: without };
    const hers = await allowed(identity, site, request);
    const his = await begin(identity, site, request);
    const callback = new URL(hers.page.leavesTo ?? site.redirectUri);
    const expectedState = String(his.checks.expectedState);
    callback.searchParams.set("state", expectedState);
    const { pkceCodeVerifier } = his.checks;
    const checks = isDemanded ? { expectedState, pkceCodeVerifier } : { expectedState };
    return await outcomeOf(oidc.authorizationCodeGrant(site.configuration, callback, checks));
  },
  meets: "invalid_grant",
});

attack("a request without a challenge, to be spared the verifier", {
  source: "RFC 9700 4.8; ASVS 10.4.6",
  real,
  weak: weak({ configuration: (one) => ({ ...one, pkce: { required: () => false } }) }),
  attempt: async (identity) => {
    const site = await registerOidc(identity, newName());
    const parameters = { code_challenge: null, code_challenge_method: null };
    const { page } = await begin(identity, site, { parameters });
    return page.leavesTo?.searchParams.get("error") ?? worked;
  },
  meets: "invalid_request",
});

attack("a code that is redeemed a second time", {
  source: "RFC 9700 4.5; ASVS 10.4.2",
  real,
  weak: weak(withAdapter("AuthorizationCode", () => ({ consume: async () => {} }))),
  attempt: async (identity) => {
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    await redeem(portal, attempt);
    return await outcomeOf(redeem(portal, attempt));
  },
  meets: "invalid_grant",
});

attack("a code that is redeemed by two at the same moment", {
  source: "ASVS 10.4.2",
  real,
  weak: weak(withAdapter("AuthorizationCode", () => ({ consume: async () => {} }))),
  attempt: async (identity) => {
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    const both = await Promise.all([outcomeOf(redeem(portal, attempt)), outcomeOf(redeem(portal, attempt))]);
    return both.find((outcome) => outcome !== worked) ?? worked;
  },
  meets: "invalid_grant",
});

attack("tokens of a thief who was faster than the client with the code", {
  source: "RFC 9700 4.5; ASVS 10.4.2",
  real,
  weak: weak(withAdapter("AuthorizationCode", () => ({ consume: async () => {} }))),
  attempt: async (identity) => {
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    const stolen = await redeem(portal, attempt);
    await outcomeOf(redeem(portal, attempt));
    return await outcomeOf(refresh(portal, stolen.refresh_token ?? ""));
  },
  meets: "invalid_grant",
});

attack("a code found in a log minutes later", {
  source: "RFC 9700 4.3; ASVS 10.4.3",
  real,
  weak: weak({ configuration: (one) => ({ ...one, ttl: { ...one.ttl, AuthorizationCode: 60 * 60 } }) }),
  attempt: async (identity) => {
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    vi.setSystemTime(Date.now() + 5 * 60 * 1000);
    return await outcomeOf(redeem(portal, attempt));
  },
  meets: "invalid_grant",
});

attack("a pushed request whose address is used by a second browser", {
  source: "ASVS 10.4.13",
  real,
  weak: weak(withAdapter("PushedAuthorizationRequest", () => ({ consume: async () => {} }))),
  attempt: async (identity) => {
    const { url } = await depart(identity, await portalClient(identity));
    const ends: string[] = [];
    for (let browser = 0; browser < 2; browser += 1) {
      const agent = createUserAgent(identity.issuer);
      const page = await agent.open(url);
      if (page.status !== 200) return "refused";
      const end = await agent.submit(page, { login: aygul.residentId, password: aygul.password });
      ends.push(end.leavesTo?.searchParams.has("code") ? worked : "refused");
    }
    return ends.find((end) => end !== worked) ?? worked;
  },
  meets: "refused",
});

attack("a request that was changed on its way through her browser", {
  source: "RFC 9700 4.8; ASVS 10.4.13",
  real: async () => ({ identity: await real(), register: registerFapi2 }),
  weak: async () => ({ identity: await real(), register: registerOidc }),
  attempt: async ({ identity, register }) => {
    const client = await register(identity, newName());
    const url = oidc.buildAuthorizationUrl(client.configuration, {
      redirect_uri: client.redirectUri,
      scope: "openid",
      state: "state",
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
    });
    const page = await createUserAgent(identity.issuer).open(url);
    return page.leavesTo?.searchParams.get("error") ?? worked;
  },
  meets: "invalid_request",
});

attack("her password, sent on to the client by a redirect that repeats the form", {
  source: "RFC 9700 4.12",
  real,
  weak: "cannot be shown: every answer to a form is a 303 of our own routes, and no setting changes it",
  attempt: async (identity) => {
    const { page, agent } = await begin(identity, await portalClient(identity));
    const statuses: number[] = [];
    const send = globalThis.fetch;
    vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
      const answer = await send(...request);
      statuses.push(answer.status);
      return answer;
    });
    await agent.submit(page, { login: aygul.residentId, password: aygul.password });
    vi.unstubAllGlobals();
    return statuses.includes(307) || statuses.includes(308) ? worked : [...new Set(statuses)].join(", ");
  },
  meets: "303",
});

attack("a code that the page after it tells to other sites as the referrer", {
  source: "RFC 9700 4.2",
  real,
  weak: "cannot be shown: the policy is one constant of all pages",
  attempt: async (identity) => {
    const { page } = await begin(identity, await portalClient(identity));
    const foreign = [...page.text.matchAll(/(?:src|href)="(https?:[^"]*)"/g)].map(([, url]) => url);
    return foreign.length > 0 ? worked : (page.headers.get("referrer-policy") ?? worked);
  },
  meets: "no-referrer",
});
