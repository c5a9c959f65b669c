/** With what the gateway may have signed a call: the secret that it shares, or a key that it publishes. */
import { KeyObject } from "node:crypto";
import { calculateJwkThumbprint, type JWTVerifyGetKey } from "jose";
import { refusal } from "../../trust/access-token.ts";
import { answerVerifier, type CallKey } from "../../trust/call-keys.ts";
import { ecdsaP256Verifier, type MessageVerifier } from "../../trust/http-signature.ts";

/** Whose signature a call bears. */
export interface CallSigner {
  /** SHA-256 thumbprint of the gateway's public key (RFC 7638); undefined for a secret that the gateway shares. */
  readonly keyThumbprint: string | undefined;
}

/** The gateway's key, or the secret. */
export type GatewayCallKey = MessageVerifier & CallSigner;

/**
 * Makes the function that finds a key by its ID; undefined when there is none.
 *
 * @param keys finds the gateway's public keys; where a secret is shared they do not count
 */
export function gatewayCallKeys(
  name: string,
  callKey: CallKey,
  keys: JWTVerifyGetKey,
): (keyId: string) => Promise<GatewayCallKey | undefined> {
  if (callKey.algorithm === "hmac-sha256") {
    const shared = { ...answerVerifier(name, callKey), keyThumbprint: undefined };
    return async (keyId) => (keyId === name ? shared : undefined);
  }
  const known = new WeakMap<object, GatewayCallKey>();
  return async (keyId) => {
    const key = await publicKey(keys, keyId);
    if (!(key instanceof CryptoKey)) return undefined;
    const found = known.get(key) ?? {
      ...ecdsaP256Verifier(keyId, KeyObject.from(key)),
      keyThumbprint: await calculateJwkThumbprint(key),
    };
    known.set(key, found);
    return found;
  };
}

/** The key that the gateway publishes under an ID; it is found as the keys of its tokens are. */
async function publicKey(keys: JWTVerifyGetKey, keyId: string) {
  try {
    return await keys({ alg: "ES256", kid: keyId }, { payload: "", signature: "" });
  } catch (error) {
    throw refusal(error);
  }
}
