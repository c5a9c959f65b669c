/** OpenID Connect Core: the basic certification profile, with PKCE, for a client of the profile `oidc`. */
import { setTimeout as delay } from "node:timers/promises";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { createUserAgent } from "../../test/support/user-agent.ts";
import type { Plan } from "../plan.ts";
import {
  type Answer,
  authorize,
  callbackOf,
  codeFlow,
  codeOf,
  endpoint,
  type Parameters,
  type ProviderUnderTest,
  redeem,
  send,
  tokensOf,
  userInfo,
} from "../provider-under-test.ts";
import { notApplicable, require, requireEqual } from "../verdict.ts";

const succeedsWith =
  (parameters: Parameters): Plan[string] =>
  async (op) => {
    await codeFlow(op, parameters);
  };

const userInfoBy =
  (way: "get" | "post-header" | "post-body"): Plan[string] =>
  async (op) => {
    const { tokens } = await codeFlow(op);
    const answer = await userInfo(op, tokens.accessToken, way);
    requireEqual(answer.status, 200, "status of the UserInfo answer");
    requireEqual(answer.body.sub, tokens.claims.sub, "sub of the UserInfo answer");
  };

/**
 * Standard claims of each scope (OpenID Connect Core 1.0, 5.4) that every citizen has. Nobody's e-mail address is
 * known to the register, and a claim without a value is left out (5.3.2).
 */
const scopeClaims: Readonly<Record<string, readonly string[]>> = {
  profile: ["name"],
  email: [],
  address: ["address"],
  phone: ["phone_number", "phone_number_verified"],
};

const scopes =
  (...asked: readonly string[]): Plan[string] =>
  async (op) => {
    const offered = op.metadata.scopes_supported;
    const missing = asked.filter((scope) => !(Array.isArray(offered) && offered.includes(scope)));
    if (missing.length > 0) notApplicable(`scopes_supported does not offer ${missing.join(", ")}`);
    const { tokens } = await codeFlow(op, { scope: ["openid", ...asked].join(" ") });
    const { body } = await userInfo(op, tokens.accessToken);
    for (const claim of asked.flatMap((scope) => scopeClaims[scope] ?? [])) {
      require(body[claim] !== undefined, `the UserInfo answer has no ${claim}`);
    }
  };

/** Signs in twice with one browser. */
async function twice(op: ProviderUnderTest, parameters: Parameters | ((idToken: string) => Parameters), pauseMs = 0) {
  const agent = createUserAgent(op.issuer);
  const first = await codeFlow(op, {}, { agent });
  await delay(pauseMs);
  const more = typeof parameters === "function" ? parameters(first.tokens.idToken) : parameters;
  const second = await codeFlow(op, more, { agent });
  requireEqual(second.tokens.claims.sub, first.tokens.claims.sub, "sub of the second ID token");
  return { first, second };
}

async function refusedReuse(op: ProviderUnderTest, pauseMs: number): Promise<{ accessToken: string }> {
  const authorization = await authorize(op);
  const tokens = await tokensOf(op, await redeem(op, authorization), authorization.nonce);
  await delay(pauseMs);
  requireRefusal(await redeem(op, authorization), 400, "invalid_grant");
  return tokens;
}

function requireRefusal({ status, body }: Answer, expectedStatus: number, error: string): void {
  requireEqual([status, body.error], [expectedStatus, error], "status and error of the refusal");
}

export const oidcBasic: Plan = {
  "oidcc-server": async (op) => {
    const { tokens } = await codeFlow(op);
    const { sub } = (await userInfo(op, tokens.accessToken)).body;
    requireEqual(sub, tokens.claims.sub, "sub of the UserInfo answer");
  },

  "oidcc-response-type-missing": async (op) => {
    const authorization = await authorize(op, { response_type: null });
    const { page } = authorization;
    if (page.leavesTo === null) return require(page.status >= 400, "the request is not refused");
    const error = page.leavesTo.searchParams.get("error");
    require(["invalid_request", "unsupported_response_type"].includes(error ?? ""), `the error is ${error}`);
  },

  "oidcc-idtoken-signature": async (op) => {
    const { tokens } = await codeFlow(op);
    const { alg, kid } = decodeProtectedHeader(tokens.idToken);
    require(alg !== undefined && alg !== "none", "the ID token is not signed");
    require(kid !== undefined, "the ID token names no key");
  },

  "oidcc-idtoken-unsigned": async (op) => {
    const offered = op.metadata.id_token_signing_alg_values_supported;
    require(Array.isArray(offered) && !offered.includes("none"), "unsigned ID tokens are offered");
    notApplicable("ID tokens without a signature are not offered; a provider need not");
  },

  "oidcc-userinfo-get": userInfoBy("get"),
  "oidcc-userinfo-post-header": userInfoBy("post-header"),
  "oidcc-userinfo-post-body": userInfoBy("post-body"),
  "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": succeedsWith({ nonce: null }),
  "oidcc-scope-profile": scopes("profile"),
  "oidcc-scope-email": scopes("email"),
  "oidcc-scope-address": scopes("address"),
  "oidcc-scope-phone": scopes("phone"),
  "oidcc-scope-all": scopes("profile", "email", "address", "phone"),

  "oidcc-alternate-happy-flow": async (op) => {
    // The second flow of the suite: other order of scopes, other parameters in other order.
    const { tokens } = await codeFlow(op, { scope: "profile openid", display: "page", max_age: "3600" });
    require(typeof tokens.claims.auth_time === "number", "max_age was asked, and the ID token has no auth_time");
  },

  "oidcc-display-page": succeedsWith({ display: "page" }),
  "oidcc-display-popup": succeedsWith({ display: "popup" }),

  "oidcc-prompt-login": async (op) => {
    const { first, second } = await twice(op, { prompt: "login", max_age: "3600" }, 1_100);
    require(second.authorization.signedIn, "prompt=login did not ask to sign in");
    const [before, after] = [first.tokens.claims.iat ?? 0, Number(second.tokens.claims.auth_time)];
    require(after >= before, "auth_time was not renewed by prompt=login");
  },

  "oidcc-prompt-none-not-logged-in": async (op) => {
    const error = callbackOf(op, await authorize(op, { prompt: "none" })).get("error");
    require(["login_required", "interaction_required"].includes(error ?? ""), `the error is ${error}`);
  },

  "oidcc-prompt-none-logged-in": async (op) => {
    const { second } = await twice(op, { prompt: "none" });
    require(!second.authorization.signedIn, "prompt=none showed a page");
  },

  "oidcc-max-age-1": async (op) => {
    const { second } = await twice(op, { max_age: "1" }, 2_100);
    require(second.authorization.signedIn, "max_age=1 did not ask to sign in again");
    const age = Date.now() / 1000 - Number(second.tokens.claims.auth_time);
    require(age < 10, `auth_time is ${age} seconds old`);
  },

  "oidcc-max-age-10000": async (op) => {
    const { first, second } = await twice(op, { max_age: "10000" });
    require(!second.authorization.signedIn, "max_age=10000 asked to sign in again");
    require(typeof second.tokens.claims.auth_time === "number", "the ID token has no auth_time");
    const known = first.tokens.claims.auth_time;
    if (known !== undefined) requireEqual(second.tokens.claims.auth_time, known, "auth_time");
  },

  "oidcc-ensure-request-with-unknown-parameter-succeeds": succeedsWith({ extra: "foobar" }),

  "oidcc-id-token-hint": async (op) => {
    const { second } = await twice(op, (idToken) => ({ prompt: "none", id_token_hint: idToken }));
    require(!second.authorization.signedIn, "prompt=none with a hint showed a page");
  },

  "oidcc-login-hint": succeedsWith({ login_hint: "somebody@example.org" }),
  "oidcc-ui-locales": succeedsWith({ ui_locales: "se" }),
  "oidcc-claims-locales": succeedsWith({ claims_locales: "se" }),

  "oidcc-ensure-request-with-acr-values-succeeds": async (op) => {
    const offered = op.metadata.acr_values_supported;
    const acr = Array.isArray(offered) && offered.length > 0 ? String(offered[0]) : "1 2";
    const { tokens } = await codeFlow(op, { acr_values: acr });
    require(tokens.claims.acr !== undefined, "acr_values was asked, and the ID token has no acr");
  },

  "oidcc-codereuse": async (op) => {
    await refusedReuse(op, 0);
  },

  "oidcc-codereuse-30seconds": async (op) => {
    const { accessToken } = await refusedReuse(op, 30_000);
    const { status } = await userInfo(op, accessToken);
    require(status >= 400 && status < 500, "the access token outlived the second use of its code");
  },

  "oidcc-ensure-registered-redirect-uri": async (op) => {
    const { page } = await authorize(op, { redirect_uri: `${op.client.redirectUri}/not/registered` });
    require(page.leavesTo === null, "the browser was sent to an address that is not registered");
    require(page.status >= 400, "the request is not refused");
  },

  "oidcc-ensure-post-request-succeeds": async (op) => {
    await codeFlow(op, {}, { post: true });
  },

  "oidcc-server-client-secret-post": async (op) => {
    const methods = op.metadata.token_endpoint_auth_methods_supported;
    require(Array.isArray(methods) && !methods.includes("client_secret_post"), "client_secret_post is offered");
    notApplicable("shared secrets are not offered: confidential clients prove themselves with their key");
  },

  "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": async (op) => {
    const { page } = await authorize(op, { request_uri: `${op.client.redirectUri}/request.jwt` });
    const error = page.leavesTo?.searchParams.get("error") ?? errorOn(page.text);
    require(["request_uri_not_supported", "invalid_request_uri", "invalid_request"].includes(
      error ?? "",
    ), `the error is ${error}`);
  },

  "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": async (op) => {
    const { page } = await authorize(op, { request: unsigned({ iss: op.client.id, aud: op.issuer }) });
    const error = page.leavesTo?.searchParams.get("error") ?? errorOn(page.text);
    require(["request_not_supported", "invalid_request_object"].includes(error ?? ""), `the error is ${error}`);
  },

  "oidcc-claims-essential": async (op) => {
    if (op.metadata.claims_parameter_supported !== true) notApplicable("the claims parameter is not offered");
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const { tokens } = await codeFlow(op, { claims });
    const { body } = await userInfo(op, tokens.accessToken);
    require(body.name !== undefined, "the UserInfo answer has no name");
    require(tokens.claims.name === undefined, "the ID token has a name that was asked of UserInfo");
  },

  "oidcc-ensure-request-object-with-redirect-uri": async (op) => {
    if (op.metadata.request_parameter_supported !== true) notApplicable("request objects are not offered here");
    const { page } = await authorize(op, { request: unsigned({ redirect_uri: op.client.redirectUri }) });
    require(page.leavesTo === null || page.leavesTo.searchParams.has("error"), "an unsigned request object counted");
  },

  "oidcc-refresh-token": async (op) => {
    const first = await codeFlow(op, { scope: "openid offline_access", prompt: "consent" });
    const { refreshToken } = first.tokens;
    if (refreshToken === null) return notApplicable("a client of the profile oidc is given no refresh token");
    const renew = (client = op.client) =>
      send(op, endpoint(op, "token_endpoint"), { grant_type: "refresh_token", refresh_token: refreshToken }, client);
    requireRefusal(await renew(op.secondClient), 400, "invalid_grant");
    const renewed = await renew();
    requireEqual(renewed.status, 200, "status of the renewal");
    if (typeof renewed.body.id_token !== "string") return;
    const claims = decodeJwt(renewed.body.id_token);
    requireEqual([claims.sub, claims.iss], [first.tokens.claims.sub, op.issuer], "sub and iss of the renewed ID token");
  },

  "oidcc-ensure-request-with-valid-pkce-succeeds": async (op) => {
    const authorization = await authorize(op);
    const wrong = { code_verifier: "x".repeat(43), code: codeOf(op, authorization) };
    requireRefusal(await redeem(op, authorization, wrong), 400, "invalid_grant");
    await codeFlow(op);
  },
};

function unsigned(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  return `${encode({ alg: "none" })}.${encode(claims)}.`;
}

/** The protocol's error on a page for people. */
export function errorOn(text: string): string | undefined {
  return /<code[^>]*>([a-z_]+)<\/code>/.exec(text)?.[1];
}
