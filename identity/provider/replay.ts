/** Client assertions and DPoP proofs count once (RFC 7523, section 3; RFC 9449, section 11.1). */
import { createHash } from "node:crypto";
import { decodeJwt } from "jose";
import { errors, Provider } from "oidc-provider";
import type { KeyValueStore } from "../../platform/keyvalue.ts";

/**
 * A proof is good for five minutes around the time that it names, so that one may be for ten minutes; an assertion
 * says itself for how long.
 */
const leastSeconds = 600;

/**
 * The library asks whether a `jti` was seen and notes it afterwards; here both are one step, so that of any number of
 * requests at the same moment one passes. A proof that comes again is answered as RFC 9449, section 5, has it.
 */
export function refuseReplays(provider: Provider, store: KeyValueStore): void {
  provider.ReplayDetection.unique = async (issuer, jti, expiresAt) => {
    const key = createHash("sha256")
      .update(JSON.stringify([issuer, jti]))
      .digest("base64url");
    const seconds = Math.max(leastSeconds, Math.ceil(expiresAt - Date.now() / 1_000));
    if (await store.add(`oidc:jti:${key}`, "1", seconds)) return true;
    // Which of the two it was changes the words alone: both are remembered in one place.
    if (jti === proofId()) throw new errors.InvalidDpopProof("DPoP proof was used before");
    return false;
  };
}

/** The `jti` of the proof that came with the request, if one did. */
function proofId(): string | undefined {
  try {
    return decodeJwt(Provider.ctx?.get("dpop") ?? "").jti;
  } catch {
    return undefined;
  }
}
