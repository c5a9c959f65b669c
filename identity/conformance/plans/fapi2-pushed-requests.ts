/** FAPI 2.0 Security Profile: pushed requests (RFC 9126) and PKCE (RFC 7636). */
import { setTimeout as delay } from "node:timers/promises";
import { createUserAgent } from "../../test/support/user-agent.ts";
import {
  authorizationUrl,
  authorizeByPush,
  authorizePushed,
  newProofKey,
  push,
  redeemBound,
  requestUriOf,
  sendForm,
} from "../fapi-client.ts";
import type { Plan } from "../plan.ts";
import { callbackOf, endpoint, type ProviderUnderTest, passPages, randomText } from "../provider-under-test.ts";
import { require, requireEqual } from "../verdict.ts";
import { prefix, requireRefusedRequest } from "./fapi2-authorization.ts";
import { errorOn } from "./oidc-basic.ts";

/** What a browser is told that comes with a request URI. */
async function errorAt(op: ProviderUnderTest, url: string): Promise<string | null | undefined> {
  const agent = createUserAgent(op.issuer);
  const { page } = await passPages(op, agent, await agent.open(url));
  return page.leavesTo ? page.leavesTo.searchParams.get("error") : errorOn(page.text);
}

const invalidUri = ["invalid_request_uri", "invalid_request"];

export const fapi2PushedRequests: Plan = {
  [`${prefix}par-ensure-reused-request-uri-prior-to-auth-completion-succeeds`]: async (op) => {
    const pushed = await push(op);
    const first = await createUserAgent(op.issuer).open(authorizationUrl(op, requestUriOf(pushed)));
    require(first.leavesTo === null, "the first visit shows no page");
    const code = callbackOf(op, await authorizePushed(op, pushed)).get("code");
    require(code !== null, "a request URI that was only looked at does not work any more");
  },

  [`${prefix}par-attempt-reuse-request_uri`]: async (op) => {
    const pushed = await push(op);
    callbackOf(op, await authorizePushed(op, pushed));
    const error = await errorAt(op, authorizationUrl(op, requestUriOf(pushed)));
    require(invalidUri.includes(error ?? ""), `the error is ${error}`);
  },

  [`${prefix}par-attempt-to-use-expired-request_uri`]: async (op) => {
    const pushed = await push(op);
    const requestUri = requestUriOf(pushed);
    await delay((Number(pushed.answer.body.expires_in) + 1) * 1000);
    const error = await errorAt(op, authorizationUrl(op, requestUri));
    require(invalidUri.includes(error ?? ""), `the error is ${error}`);
  },

  [`${prefix}par-attempt-to-use-request_uri-for-different-client`]: async (op) => {
    const requestUri = requestUriOf(await push(op));
    const error = await errorAt(op, authorizationUrl(op, requestUri, op.secondClient));
    require([...invalidUri, "invalid_request_object"].includes(error ?? ""), `the error is ${error}`);
  },

  [`${prefix}par-authorization-request-containing-request_uri-form-param`]: async (op) => {
    const { answer } = await push(op, { request_uri: `urn:ietf:params:oauth:request_uri:${randomText()}` });
    requireEqual(answer.status, 400, "status of the pushed request");
    const errors = ["invalid_request", "invalid_request_object", "request_uri_not_supported"];
    require(errors.includes(String(answer.body.error)), `the error is ${String(answer.body.error)}`);
  },

  [`${prefix}par-attempt-invalid-http-method`]: async (op) => {
    const { status } = await fetch(endpoint(op, "pushed_authorization_request_endpoint"), { method: "PUT", body: "" });
    require(status >= 400 && status < 500, `the status is ${status}`);
  },

  [`${prefix}par-ensure-pkce-required`]: (op) =>
    requireRefusedRequest(op, { code_challenge: null, code_challenge_method: null }, ["invalid_request"]),
  [`${prefix}par-plain-pkce-rejected`]: (op) =>
    requireRefusedRequest(op, { code_challenge_method: "plain" }, ["invalid_request"]),

  [`${prefix}ensure-pkce-code-verifier-required`]: async (op) => {
    const proof = { key: await newProofKey() };
    const answer = await redeemBound(op, await authorizeByPush(op), { proof }, { code_verifier: null });
    requireEqual(answer.status, 400, "status of the token answer");
    require(["invalid_grant", "invalid_request"].includes(String(answer.body.error)), "the error is another one");
  },
  [`${prefix}incorrect-pkce-code-verifier-rejected`]: async (op) => {
    const proof = { key: await newProofKey() };
    const wrong = { code_verifier: randomText(32) };
    const answer = await redeemBound(op, await authorizeByPush(op), { proof }, wrong);
    requireEqual([answer.status, answer.body.error], [400, "invalid_grant"], "status and error of the token answer");
  },

  [`${prefix}par-without-duplicate-parameters`]: async (op) => {
    // Everything is in the pushed request: the browser brings client_id and request_uri alone.
    const authorization = await authorizeByPush(op);
    require(callbackOf(op, authorization).has("code"), "there is no code");
    const answer = await sendForm(op, endpoint(op, "pushed_authorization_request_endpoint"), { scope: "openid" });
    requireEqual(answer.status, 400, "status of a pushed request without its parameters");
  },
};
