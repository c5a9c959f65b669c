/** FAPI 2.0 Security Profile: access tokens that are bound to a key (RFC 9449). */
import { calculateJwkThumbprint, exportJWK } from "jose";
import {
  askResource,
  authorizeByPush,
  authorizePushed,
  fapiFlow,
  newProofKey,
  type Proof,
  type ProofKey,
  push,
  redeemBound,
} from "../fapi-client.ts";
import type { Plan } from "../plan.ts";
import { type ProviderUnderTest, randomText, tokensOf } from "../provider-under-test.ts";
import { require, requireEqual } from "../verdict.ts";
import { prefix } from "./fapi2-authorization.ts";

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

/** A code that was redeemed, and the resource asked, with proofs of such claims. */
const acceptsProofsWith =
  (claimsOf: () => Readonly<Record<string, unknown>>): Plan[string] =>
  async (op) => {
    const key = await newProofKey();
    const authorization = await authorizeByPush(op);
    const answer = await redeemBound(op, authorization, { proof: { key, claims: claimsOf() } });
    const { accessToken } = await tokensOf(op, answer, authorization.nonce);
    const asked = await askResource(op, accessToken, { key, claims: claimsOf() });
    requireEqual(asked.status, 200, "status of the resource's answer");
  };

/** Announces `announced` when it pushes, by proof or by thumbprint, and redeems with `used`. */
async function bindCode(op: ProviderUnderTest, announced: ProofKey, by: "proof" | "thumbprint", used: ProofKey) {
  const thumbprint = await calculateJwkThumbprint(announced.publicJwk);
  const pushed =
    by === "proof" ? await push(op, {}, { proof: { key: announced } }) : await push(op, { dpop_jkt: thumbprint });
  const authorization = await authorizePushed(op, pushed);
  return { authorization, answer: await redeemBound(op, authorization, { proof: { key: used } }) };
}

const bound =
  (by: "proof" | "thumbprint"): Plan[string] =>
  async (op) => {
    const key = await newProofKey();
    const { answer, authorization } = await bindCode(op, key, by, key);
    const { accessToken } = await tokensOf(op, answer, authorization.nonce);
    requireEqual((await askResource(op, accessToken, { key })).status, 200, "status of the resource's answer");
  };

const mismatched =
  (by: "proof" | "thumbprint"): Plan[string] =>
  async (op) => {
    const { answer } = await bindCode(op, await newProofKey(), by, await newProofKey());
    requireEqual([answer.status, answer.body.error], [400, "invalid_grant"], "status and error of the token answer");
  };

/** One bad proof each, by what is wrong with it. */
function badProofs(key: ProofKey): Readonly<Record<string, Proof>> {
  return {
    "without typ": { key, header: { typ: undefined } },
    "without jwk": { key, header: { jwk: undefined } },
    "without jti": { key, claims: { jti: undefined } },
    "without htm": { key, claims: { htm: undefined } },
    "without htu": { key, claims: { htu: undefined } },
    "without iat": { key, claims: { iat: undefined } },
    "without ath": { key, claims: { ath: undefined } },
    "of another typ": { key, header: { typ: "jwt" } },
    "for another method": { key, claims: { htm: "PUT" } },
    "for another address": { key, claims: { htu: "https://elsewhere.example/me" } },
    "for another token": { key, claims: { ath: randomText(32) } },
  };
}

export const fapi2Dpop: Plan = {
  [`${prefix}access-token-type-header-case-sensitivity`]: async (op) => {
    const { tokens, key } = await fapiFlow(op);
    for (const scheme of ["DPoP", "dpop", "DPOP"]) {
      const { status } = await askResource(op, tokens.accessToken, { key }, { scheme });
      requireEqual(status, 200, `status of the answer to the scheme ${scheme}`);
    }
  },

  [`${prefix}check-dpop-proof-nbf-exp`]: acceptsProofsWith(() => ({ nbf: seconds(0), exp: seconds(300) })),
  [`${prefix}ensure-dpopproof-with-iat-10seconds-before-succeeds`]: acceptsProofsWith(() => ({ iat: seconds(-10) })),
  [`${prefix}ensure-dpopproof-with-iat-10seconds-after-succeeds`]: acceptsProofsWith(() => ({ iat: seconds(10) })),

  [`${prefix}ensure-mismatched-dpop-jkt-fails`]: async (op) => {
    const other = await newProofKey();
    const jkt = await calculateJwkThumbprint(other.publicJwk);
    const { answer } = await push(op, { dpop_jkt: jkt }, { proof: { key: await newProofKey() } });
    requireEqual(answer.status, 400, "status of the pushed request");
    require(["invalid_dpop_proof", "invalid_request"].includes(String(answer.body.error)), "the error is another one");
  },
  [`${prefix}ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt`]: mismatched("proof"),
  [`${prefix}ensure-token-endpoint-fails-with-mismatched-dpop-jkt`]: mismatched("thumbprint"),
  [`${prefix}ensure-dpopproof-at-par-endpoint-binding-success`]: bound("proof"),
  [`${prefix}ensure-dpop-auth-code-binding-success`]: bound("thumbprint"),

  [`${prefix}ensure-holder-of-key-required`]: async (op) => {
    const answer = await redeemBound(op, await authorizeByPush(op), { proof: null });
    require(answer.status === 400 || answer.status === 401, `the status is ${answer.status}`);
    const errors = ["invalid_request", "invalid_dpop_proof", "invalid_grant", "use_dpop_nonce"];
    require(errors.includes(String(answer.body.error)), `the error is ${String(answer.body.error)}`);
  },

  [`${prefix}dpop-negative-tests`]: async (op) => {
    const { tokens, key } = await fapiFlow(op);
    const statusOf = async (...[proof, change]: [Proof | null, Parameters<typeof askResource>[3]?]) =>
      (await askResource(op, tokens.accessToken, proof, change)).status;
    const requireRefusal = async (what: string, status: Promise<number>) =>
      require([400, 401].includes(await status), `a proof ${what} is accepted`);
    for (const [what, proof] of Object.entries(badProofs(key))) await requireRefusal(what, statusOf(proof));
    await requireRefusal("of another key", statusOf({ key: await newProofKey() }));
    await requireRefusal("twice in one request", statusOf({ key }, { header: (proof) => `${proof}, ${proof}` }));
    await requireRefusal("that is no JWT", statusOf({ key }, { header: (proof) => proof.replaceAll(".", "") }));
    await requireRefusal(
      "with a broken signature",
      statusOf({ key }, { header: (proof) => `${proof.slice(0, -6)}AAAAAA` }),
    );
    await requireRefusal("with alg none", statusOf({ key }, { header: withoutAlgorithm }));
    const { d } = await exportJWK(key.privateKey);
    await requireRefusal("that shows the private key", statusOf({ key, header: { jwk: { ...key.publicJwk, d } } }));
    await requireRefusal("missing", statusOf(null));
    await requireRefusal("missing, as a bearer token", statusOf(null, { scheme: "Bearer" }));
    const url = String(op.metadata.userinfo_endpoint);
    requireEqual(await statusOf({ key, claims: { htu: `${url}?a=b#c` } }), 200, "status with a query in htu");
    requireEqual(await statusOf({ key, header: { extra: 1 }, claims: { extra: 1 } }), 200, "status with extra members");
    const reused = { key, claims: { jti: randomText() } };
    requireEqual(await statusOf(reused), 200, "status of the first use of a jti");
    await requireRefusal("used a second time", statusOf(reused));
  },
};

function withoutAlgorithm(proof: string): string {
  const [header = "", payload = ""] = proof.split(".");
  const members = JSON.parse(Buffer.from(header, "base64url").toString()) as object;
  return `${Buffer.from(JSON.stringify({ ...members, alg: "none" })).toString("base64url")}.${payload}.`;
}
