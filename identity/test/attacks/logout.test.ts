/** Attacks with what ought to have ended. */
import * as oidc from "openid-client";
import { attack, identities, newName, worked } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import { begin, portalClient, redeem, signIn } from "../support/client.ts";
import { registerService } from "../support/registration.ts";
import { createUserAgent } from "../support/user-agent.ts";

const { real, weak } = identities();

attack("an access token that a resource server still takes after she has signed out", {
  source: "RFC 9700 4.10; ASVS 7.4.1",
  real,
  weak: weak({ configuration: (one) => ({ ...one, expiresWithSession: async () => false }) }),
  attempt: async (identity) => {
    const server = await registerService(identity, newName(), { protected_resources: [identity.graph] });
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    const { access_token: token } = await redeem(portal, attempt);
    const page = await attempt.agent.open(`${identity.issuer}/session/end`);
    await attempt.agent.submit(page, { logout: "yes" });
    const { active } = await oidc.tokenIntrospection(server.configuration, token);
    return active ? worked : "inactive";
  },
  meets: "inactive",
});

attack("a hint of the attacker's own making that signs her out without a question", {
  source: "ASVS 10.6.2; ASVS 6.8.2",
  real,
  weak: "cannot be shown: the library has no setting that leaves out the signature of the hint",
  attempt: async (identity) => {
    const portal = await portalClient(identity);
    const attempt = await signIn(identity, portal, aygul);
    const { id_token: idToken = "" } = await redeem(portal, attempt);
    const forged = `${idToken.slice(0, idToken.lastIndexOf("."))}.${"A".repeat(86)}`;
    await attempt.agent.open(`${identity.issuer}/session/end?id_token_hint=${forged}`);
    const { page } = await begin(identity, portal, { agent: attempt.agent });
    return page.leavesTo?.searchParams.has("code") ? "she stays signed in" : worked;
  },
  meets: "she stays signed in",
});

attack("a client that looks into tokens which were given to another", {
  source: "RFC 9700 4.9; RFC 7662 4",
  real: async () => ({ identity: await real(), everything: false }),
  weak: async () => ({ identity: await real(), everything: true }),
  attempt: async ({ identity, everything }) => {
    const served = everything ? [identity.graph] : [];
    const nosy = await registerService(identity, newName(), { protected_resources: served });
    const portal = await portalClient(identity);
    const agent = createUserAgent(identity.issuer);
    const { access_token: token } = await redeem(portal, await signIn(identity, portal, aygul, { agent }));
    const { active } = await oidc.tokenIntrospection(nosy.configuration, token);
    return active ? worked : "inactive";
  },
  meets: "inactive",
});
