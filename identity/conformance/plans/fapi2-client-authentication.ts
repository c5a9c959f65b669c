/** FAPI 2.0 Security Profile: who a client is (private_key_jwt, the issuer as its one audience). */
import { generateKeyPair } from "jose";
import { type Assertion, authorizeByPush, newProofKey, push, redeemBound } from "../fapi-client.ts";
import type { Plan } from "../plan.ts";
import { type Answer, type Claims, type ProviderUnderTest, randomText } from "../provider-under-test.ts";
import { require, requireEqual } from "../verdict.ts";
import { prefix } from "./fapi2-authorization.ts";

/** Merged over the claims of an assertion it takes `sub` away. */
const withoutSubject: Claims = { sub: undefined };

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

function requireInvalidClient({ status, body }: Answer, errors = ["invalid_client"]): void {
  require(status === 400 || status === 401, `the status is ${status}`);
  require(errors.includes(String(body.error)), `the error is ${String(body.error)}`);
}

/** An assertion with such claims does not count where a code is redeemed. */
const refusedAtTokenEndpoint =
  (assertionOf: (op: ProviderUnderTest) => Assertion): Plan[string] =>
  async (op) => {
    const proof = { key: await newProofKey() };
    const answer = await redeemBound(op, await authorizeByPush(op), { proof, assertion: assertionOf(op) });
    requireInvalidClient(answer, ["invalid_client", "invalid_request"]);
  };

/** An assertion with such claims does not count where a request is pushed. */
const refusedWherePushed =
  (claimsOf: (op: ProviderUnderTest) => Claims): Plan[string] =>
  async (op) =>
    requireInvalidClient((await push(op, {}, { assertion: { claims: claimsOf(op) } })).answer);

export const fapi2ClientAuthentication: Plan = {
  [`${prefix}ensure-client-id-in-token-endpoint`]: async (op) => {
    const posed = { ...op.secondClient, key: op.client.key };
    const proof = { key: await newProofKey() };
    const answer = await redeemBound(op, await authorizeByPush(op), { client: posed, proof });
    requireInvalidClient(answer, ["invalid_client", "invalid_grant"]);
  },

  [`${prefix}ensure-signed-client-assertion-with-RS256-fails`]: async (op) => {
    const { privateKey: key } = await generateKeyPair("RS256");
    const { answer } = await push(op, {}, { assertion: { key, header: { alg: "RS256" } } });
    requireInvalidClient(answer);
  },

  [`${prefix}ensure-client-assertion-in-token-endpoint`]: refusedAtTokenEndpoint(() => null),
  [`${prefix}ensure-client-assertion-with-exp-is-5-minutes-in-past-fails`]: refusedAtTokenEndpoint(() => ({
    claims: { iat: seconds(-600), exp: seconds(-300) },
  })),
  [`${prefix}ensure-client-assertion-with-wrong-aud-fails`]: refusedAtTokenEndpoint(() => ({
    claims: { aud: "https://elsewhere.example" },
  })),
  [`${prefix}ensure-client-assertion-with-no-sub-fails`]: refusedAtTokenEndpoint(() => ({
    claims: withoutSubject,
  })),

  [`${prefix}par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted`]: async (op) => {
    const claims = { nbf: seconds(8), iat: seconds(8), exp: seconds(60), jti: randomText() };
    const { answer } = await push(op, {}, { assertion: { claims } });
    requireEqual(answer.status, 201, "status of the pushed request");
  },
  [`${prefix}par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails`]: refusedWherePushed(() => ({
    nbf: seconds(70),
    iat: seconds(70),
    exp: seconds(130),
  })),
  [`${prefix}par-test-array-as-audience-fails`]: refusedWherePushed((op) => ({
    aud: [op.issuer, "https://elsewhere.example"],
  })),
  [`${prefix}par-test-par-endpoint-url-as-audience-fails`]: refusedWherePushed((op) => ({
    aud: String(op.metadata.pushed_authorization_request_endpoint),
  })),
  [`${prefix}par-test-token-endpoint-url-as-audience-fails`]: refusedWherePushed((op) => ({
    aud: String(op.metadata.token_endpoint),
  })),
};
