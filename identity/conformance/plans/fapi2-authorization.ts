/** FAPI 2.0 Security Profile: metadata, and what a request for authorization may and must be. */
import { createUserAgent } from "../../test/support/user-agent.ts";
import {
  askResource,
  authorizationUrl,
  authorizeByPush,
  authorizePushed,
  fapiFlow,
  push,
  requestUriOf,
} from "../fapi-client.ts";
import type { Plan } from "../plan.ts";
import {
  authorize,
  callbackOf,
  endpoint,
  type Parameters,
  type ProviderUnderTest,
  passPages,
  randomText,
} from "../provider-under-test.ts";
import { notApplicable, require, requireEqual } from "../verdict.ts";
import { errorOn } from "./oidc-basic.ts";
import { listOf, requireIncludes, requireSecureEndpoints } from "./oidc-config.ts";

export const prefix = "fapi2-security-profile-final-";

/** Algorithms of the profile (5.4). */
const allowedAlgorithms = ["PS256", "ES256", "EdDSA", "Ed25519"];

const succeedsWith =
  (parametersOf: () => Parameters): Plan[string] =>
  async (op) => {
    const parameters = parametersOf();
    const { authorization, tokens, key } = await fapiFlow(op, parameters);
    if (parameters.state !== undefined && parameters.state !== null) {
      requireEqual(authorization.page.leavesTo?.searchParams.get("state"), parameters.state, "state of the callback");
    }
    requireEqual((await askResource(op, tokens.accessToken, { key })).status, 200, "status of the resource's answer");
  };

const onlyFor =
  (regional: string): Plan[string] =>
  async () =>
    notApplicable(`it belongs to the profile of ${regional}`);

const onlySigned: Plan[string] = async () =>
  notApplicable("it compares a signed request object with what is outside; this plan's requests are unsigned");

/** Refused where it is pushed, or on the way through the browser, with one of `errors`. */
export async function requireRefusedRequest(
  op: ProviderUnderTest,
  parameters: Parameters,
  errors: readonly string[],
): Promise<void> {
  const pushed = await push(op, parameters);
  if (pushed.answer.status >= 400) {
    return require(errors.includes(
      String(pushed.answer.body.error),
    ), `the error is ${String(pushed.answer.body.error)}`);
  }
  const { page } = await authorizePushed(op, pushed);
  const error = page.leavesTo?.searchParams.get("error") ?? errorOn(page.text);
  require(error !== undefined && errors.includes(error), `the error is ${error}`);
}

export const fapi2Authorization: Plan = {
  [`${prefix}discovery-end-point-verification`]: async (op) => {
    requireEqual(op.metadata.issuer, op.issuer, "issuer");
    endpoint(op, "pushed_authorization_request_endpoint");
    requireIncludes(op, "response_types_supported", "code");
    requireIncludes(op, "grant_types_supported", "authorization_code");
    requireIncludes(op, "code_challenge_methods_supported", "S256");
    requireIncludes(op, "token_endpoint_auth_methods_supported", "private_key_jwt");
    requireIncludes(op, "scopes_supported", "openid");
    requireEqual(op.metadata.authorization_response_iss_parameter_supported, true, "support of iss in responses");
    for (const list of [
      "token_endpoint_auth_signing_alg_values_supported",
      "dpop_signing_alg_values_supported",
      "id_token_signing_alg_values_supported",
    ]) {
      require(listOf(op, list).every((alg) =>
        allowedAlgorithms.includes(String(alg)),
      ), `${list} offers more than the profile allows`);
    }
    requireSecureEndpoints(op);
  },

  [`${prefix}happy-flow`]: async (op) => {
    const first = await fapiFlow(op);
    const second = await fapiFlow(op, {}, { client: op.secondClient });
    for (const { tokens, key } of [first, second]) {
      requireEqual((await askResource(op, tokens.accessToken, { key })).status, 200, "status of the resource's answer");
    }
    const crossed = await askResource(op, first.tokens.accessToken, { key: second.key });
    requireEqual(crossed.status, 401, "status of the answer to a token with another client's key");
  },

  [`${prefix}user-rejects-authentication`]: async (op) => {
    const pushed = await push(op);
    const agent = createUserAgent(op.issuer);
    const page = await agent.open(authorizationUrl(op, requestUriOf(pushed)));
    const left = await agent.submit(page, { action: "cancel" });
    const { state, nonce, codeVerifier } = pushed;
    const answer = callbackOf(op, { agent, state, nonce, codeVerifier, page: left, signedIn: false });
    requireEqual([answer.get("error"), answer.get("code")], ["access_denied", null], "error and code of the callback");
  },

  [`${prefix}ensure-authorization-request-without-state-success`]: async (op) => {
    const { page } = await authorizeByPush(op, { state: null });
    require(page.leavesTo?.searchParams.has("code") ?? false, "there is no code");
    require(!(page.leavesTo?.searchParams.has("state") ?? true), "the callback has a state that nobody sent");
  },
  [`${prefix}ensure-authorization-request-without-nonce-success`]: succeedsWith(() => ({ nonce: null })),
  [`${prefix}ensure-authorization-request-with-64-char-nonce-success`]: succeedsWith(() => ({ nonce: randomText(48) })),
  [`${prefix}ensure-other-scope-order-succeeds`]: succeedsWith(() => ({ scope: "offline_access openid" })),

  [`${prefix}test-claims-parameter-identity-claims`]: async (op) => {
    if (op.metadata.claims_parameter_supported !== true) notApplicable("the claims parameter is not offered");
    const claims = { id_token: { name: { essential: true } }, userinfo: { name: { essential: true } } };
    const { tokens, key } = await fapiFlow(op, { claims: JSON.stringify(claims) });
    const { body } = await askResource(op, tokens.accessToken, { key });
    require(typeof tokens.claims.name === "string", "the ID token has no name");
    require(typeof body.name === "string", "the UserInfo answer has no name");
  },

  [`${prefix}ensure-different-nonce-inside-and-outside-request-object`]: onlySigned,
  [`${prefix}ensure-different-state-inside-and-outside-request-object`]: onlySigned,

  [`${prefix}ensure-authorization-request-with-long-nonce`]: succeedsWith(() => ({ nonce: "n".repeat(384) })),
  [`${prefix}ensure-authorization-request-with-long-state`]: succeedsWith(() => ({ state: "s".repeat(384) })),

  [`${prefix}state-only-outside-request-object-not-used`]: async (op) => {
    const pushed = await push(op, { state: null });
    const agent = createUserAgent(op.issuer);
    const first = await agent.open(`${authorizationUrl(op, requestUriOf(pushed))}&state=from-outside`);
    const { page } = await passPages(op, agent, first);
    const state = page.leavesTo?.searchParams.get("state") ?? null;
    requireEqual(state, null, "state of the callback");
  },

  [`${prefix}ensure-request-object-without-redirect-uri-fails`]: (op) =>
    requireRefusedRequest(op, { redirect_uri: null }, ["invalid_request", "invalid_request_object"]),

  [`${prefix}ensure-registered-redirect-uri`]: (op) =>
    requireRefusedRequest(op, { redirect_uri: `${op.client.redirectUri}/elsewhere` }, [
      "invalid_request",
      "invalid_redirect_uri",
      "invalid_request_object",
    ]),

  [`${prefix}plain-fapi-tolerate-unregistered-redirect-uri`]: (op) =>
    // RFC 9126, 2.4 would allow it; here an address counts when it is registered.
    requireRefusedRequest(op, { redirect_uri: `${op.client.redirectUri}/${randomText(8)}` }, [
      "invalid_request",
      "invalid_redirect_uri",
    ]),

  [`${prefix}ensure-unsigned-authorization-request-without-using-par-fails`]: async (op) => {
    const { page } = await authorize(op);
    const error = page.leavesTo?.searchParams.get("error") ?? errorOn(page.text);
    requireEqual(error, "invalid_request", "the error");
  },

  [`${prefix}ensure-redirect-uri-in-authorization-request`]: (op) =>
    requireRefusedRequest(op, { redirect_uri: null }, ["invalid_request", "invalid_request_object"]),
  [`${prefix}ensure-response-type-code-idtoken-fails`]: (op) =>
    requireRefusedRequest(op, { response_type: "code id_token" }, [
      "unsupported_response_type",
      "unauthorized_client",
      "invalid_request",
    ]),
  [`${prefix}australia-connectid-ensure-invalid-purpose-fails`]: onlyFor("ConnectID in Australia"),
  [`${prefix}ensure-response-type-token-fails`]: (op) =>
    requireRefusedRequest(op, { response_type: "token" }, [
      "unsupported_response_type",
      "unauthorized_client",
      "invalid_request",
    ]),

  [`${prefix}ensure-server-handles-non-matching-intent-id`]: onlyFor("open banking with intents"),
  [`${prefix}test-essential-acr-sca-claim`]: onlyFor("open banking in the United Kingdom"),
  [`${prefix}brazil-ensure-bad-payment-signature-fails`]: onlyFor("open finance in Brazil"),
  [`${prefix}australia-connectid-test-claims-parameter-idtoken-identity-claims`]: onlyFor("ConnectID in Australia"),
};
