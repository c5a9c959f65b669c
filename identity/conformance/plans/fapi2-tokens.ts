/** FAPI 2.0 Security Profile: codes and refresh tokens. */
import { setTimeout as delay } from "node:timers/promises";
import { decodeJwt } from "jose";
import {
  askResource,
  authorizeByPush,
  type FormOptions,
  fapiFlow,
  newProofKey,
  redeemBound,
  sendForm,
} from "../fapi-client.ts";
import type { Plan } from "../plan.ts";
import { endpoint, type ProviderUnderTest, tokensOf } from "../provider-under-test.ts";
import { notApplicable, require, requireEqual } from "../verdict.ts";
import { prefix } from "./fapi2-authorization.ts";

/** The profile's longest life of a code (5.3.2.1). */
const codeSeconds = 60;

export const fapi2Tokens: Plan = {
  [`${prefix}ensure-authorization-code-is-bound-to-client`]: async (op) => {
    const authorization = await authorizeByPush(op);
    const options = { client: op.secondClient, proof: { key: await newProofKey() } };
    const answer = await redeemBound(op, authorization, options, { redirect_uri: op.client.redirectUri });
    requireEqual([answer.status, answer.body.error], [400, "invalid_grant"], "status and error of the token answer");
  },

  [`${prefix}attempt-reuse-authorization-code-after-one-second`]: async (op) => {
    const key = await newProofKey();
    const authorization = await authorizeByPush(op);
    const first = await redeemBound(op, authorization, { proof: { key } });
    const { accessToken } = await tokensOf(op, first, authorization.nonce);
    await delay(1_000);
    const again = await redeemBound(op, authorization, { proof: { key } });
    requireEqual([again.status, again.body.error], [400, "invalid_grant"], "status and error of the second use");
    const { status } = await askResource(op, accessToken, { key });
    requireEqual(status, 401, "status of the answer to the access token of a code that was used twice");
  },

  [`${prefix}ensure-token-endpoint-fails-with-expired-auth-code`]: async (op) => {
    const authorization = await authorizeByPush(op);
    await delay((codeSeconds + 1) * 1000);
    const answer = await redeemBound(op, authorization, { proof: { key: await newProofKey() } });
    requireEqual([answer.status, answer.body.error], [400, "invalid_grant"], "status and error of the token answer");
  },

  [`${prefix}refresh-token`]: async (op) => {
    const { tokens, key } = await fapiFlow(op, { scope: "openid offline_access", prompt: "consent" });
    const { refreshToken } = tokens;
    if (refreshToken === null) return notApplicable("the client is given no refresh token");
    const renew = (options: FormOptions) => renewWith(op, refreshToken, options);
    const renewed = await renew({ proof: { key } });
    requireEqual(renewed.status, 200, "status of the renewal");
    const { refresh_token: next, access_token: accessToken, id_token: idToken } = renewed.body;
    require(next === undefined || next === refreshToken, "the refresh token of a confidential client was rotated");
    requireEqual((await askResource(op, String(accessToken), { key })).status, 200, "status of the resource's answer");
    if (typeof idToken === "string") {
      requireEqual(decodeJwt(idToken).sub, tokens.claims.sub, "sub of the renewed ID token");
    }
    requireEqual((await renew({ proof: { key } })).status, 200, "status of a second renewal");
    const stolen = await renew({ proof: { key }, client: op.secondClient });
    requireEqual([stolen.status, stolen.body.error], [400, "invalid_grant"], "the answer to another client");
    const nameless = await renew({ proof: { key }, assertion: null });
    require([400, 401].includes(nameless.status), "a refresh token works without client authentication");
    const unproved = await renew({ proof: null });
    require([400, 401].includes(unproved.status), "a refresh token works without a proof of possession");
  },
};

async function renewWith(op: ProviderUnderTest, refreshToken: string, options: FormOptions) {
  const request = { grant_type: "refresh_token", refresh_token: refreshToken };
  return await sendForm(op, endpoint(op, "token_endpoint"), request, options);
}
