/** OpenID Connect RP-Initiated Logout 1.0 and Back-Channel Logout 1.0. */
import { setTimeout as delay } from "node:timers/promises";
import { jwtVerify } from "jose";
import type { Page } from "../../test/support/user-agent.ts";
import type { Plan } from "../plan.ts";
import {
  type Authorization,
  authorize,
  codeFlow,
  endpoint,
  merge,
  type Parameters,
  type ProviderUnderTest,
  randomText,
} from "../provider-under-test.ts";
import { require, requireEqual } from "../verdict.ts";

interface SignOut {
  readonly authorization: Authorization;
  readonly page: Page;
  readonly state: string;
}

/** Signs in, then sends the browser to the end of its session; she confirms where she is asked. */
async function signOut(
  op: ProviderUnderTest,
  parametersOf: (idToken: string) => Parameters = () => ({}),
): Promise<SignOut> {
  const { authorization, tokens } = await codeFlow(op);
  const state = randomText();
  const standard = { id_token_hint: tokens.idToken, post_logout_redirect_uri: op.client.postLogoutRedirectUri, state };
  const query = merge(standard, parametersOf(tokens.idToken));
  const { agent } = authorization;
  const first = await agent.open(`${endpoint(op, "end_session_endpoint")}?${query}`);
  const asks = first.leavesTo === null && first.text.includes('name="logout"');
  return { authorization, state, page: asks ? await agent.submit(first, { logout: "yes" }) : first };
}

async function requireSignedOut(op: ProviderUnderTest, { authorization }: SignOut): Promise<void> {
  const { page } = await authorize(op, { prompt: "none" }, { agent: authorization.agent });
  requireEqual(page.leavesTo?.searchParams.get("error"), "login_required", "what prompt=none says after the sign-out");
}

function requireReturn(op: ProviderUnderTest, { page, state }: SignOut, hasState = true): void {
  require(page.leavesTo !== null, "the browser does not come back to the client");
  const { origin, pathname, searchParams } = page.leavesTo;
  requireEqual(`${origin}${pathname}`, op.client.postLogoutRedirectUri, "where the browser comes back to");
  requireEqual(searchParams.get("state"), hasState ? state : null, "state of the return");
}

/** Comes back to the client and is signed out. */
const returns =
  (parametersOf: (idToken: string) => Parameters, hasState = true): Plan[string] =>
  async (op) => {
    const ended = await signOut(op, parametersOf);
    requireReturn(op, ended, hasState);
    await requireSignedOut(op, ended);
  };

/** Must not come back to the client: an error or a question, and a page of the provider's own. */
const staysAtProvider =
  (parametersOf: (op: ProviderUnderTest, idToken: string) => Parameters): Plan[string] =>
  async (op) => {
    const { page } = await signOut(op, (idToken) => parametersOf(op, idToken));
    require(page.leavesTo === null, `the browser was sent to ${page.leavesTo?.origin}`);
  };

export const rpInitiatedLogout: Plan = {
  "oidcc-rp-initiated-logout-discovery-endpoint-verification": async (op) => {
    const url = new URL(endpoint(op, "end_session_endpoint"));
    require(url.protocol === "https:" || url.hostname === "localhost", "end_session_endpoint is not an https address");
  },
  "oidcc-rp-initiated-logout": returns(() => ({})),
  "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": staysAtProvider((op) => ({
    post_logout_redirect_uri: `${op.client.postLogoutRedirectUri}/not/registered`,
  })),
  "oidcc-rp-initiated-logout-modified-id-token-hint": staysAtProvider((_op, idToken) => ({
    id_token_hint: withoutSignature(idToken),
  })),
  "oidcc-rp-initiated-logout-no-id-token-hint": async (op) => {
    const ended = await signOut(op, () => ({ id_token_hint: null }));
    // Nobody proved which client this address belongs to.
    require(ended.page.leavesTo === null, "the browser came back without any hint of the client");
  },
  "oidcc-rp-initiated-logout-no-params": async (op) => {
    const none = { id_token_hint: null, post_logout_redirect_uri: null, state: null };
    const ended = await signOut(op, () => none);
    require(ended.page.leavesTo === null, "the browser was sent somewhere");
    await requireSignedOut(op, ended);
  },
  "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": async (op) => {
    const ended = await signOut(op, () => ({ post_logout_redirect_uri: null }));
    require(ended.page.leavesTo === null, "the browser was sent somewhere");
    await requireSignedOut(op, ended);
  },
  "oidcc-rp-initiated-logout-no-state": returns(() => ({ state: null }), false),
  "oidcc-rp-initiated-logout-only-state": async (op) => {
    const ended = await signOut(op, () => ({ id_token_hint: null, post_logout_redirect_uri: null }));
    require(ended.page.leavesTo === null, "the browser was sent somewhere");
    await requireSignedOut(op, ended);
  },
  "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": staysAtProvider((op) => ({
    post_logout_redirect_uri: `${op.client.postLogoutRedirectUri}?extra=1`,
  })),
  "oidcc-rp-initiated-logout-bad-id-token-hint": staysAtProvider((_op, idToken) => ({
    id_token_hint: `${idToken.slice(0, -8)}AAAAAAAA`,
  })),
};

/** The same claims with `alg: none`. */
function withoutSignature(idToken: string): string {
  const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
  return `${header}.${idToken.split(".")[1]}.`;
}

const deliveryPatienceMs = 10_000;

export const backChannelLogout: Plan = {
  "oidcc-backchannel-logout-discovery-endpoint-verification": async ({ metadata }) => {
    requireEqual(metadata.backchannel_logout_supported, true, "backchannel_logout_supported");
    requireEqual(metadata.backchannel_logout_session_supported, true, "backchannel_logout_session_supported");
  },

  "oidcc-backchannel-rp-initiated-logout": async (op) => {
    const { authorization, tokens } = await codeFlow(op);
    const query = merge({ id_token_hint: tokens.idToken, post_logout_redirect_uri: op.client.postLogoutRedirectUri });
    await authorization.agent.open(`${endpoint(op, "end_session_endpoint")}?${query}`);
    const logoutToken = await logoutTokenFor(op, String(tokens.claims.sid));
    const { payload } = await jwtVerify(logoutToken, op.keys, { issuer: op.issuer, audience: op.client.id });
    require(payload.iat !== undefined && payload.jti !== undefined, "the logout token has no iat or jti");
    require(payload.nonce === undefined, "the logout token has a nonce");
    requireEqual(payload.sub, tokens.claims.sub, "sub of the logout token");
    const events = payload.events as Record<string, unknown> | undefined;
    const event = events?.["http://schemas.openid.net/event/backchannel-logout"];
    require(typeof event === "object" && event !== null, "the logout token has no logout event");
  },
};

async function logoutTokenFor(op: ProviderUnderTest, sessionId: string): Promise<string> {
  const patience = Date.now() + deliveryPatienceMs;
  while (Date.now() < patience) {
    const found = op.logoutTokens.find((token) => claimsOf(token).sid === sessionId);
    if (found !== undefined) return found;
    await delay(50);
  }
  require(false, "no logout token came for the session");
}

function claimsOf(token: string): { readonly sid?: unknown } {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { sid?: unknown };
}
