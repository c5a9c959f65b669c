/** With what the gateway signs its transaction tokens. */
import { calculateJwkThumbprint, importJWK } from "jose";
import type { TransactionTokenSigner } from "../../trust/transaction-token.ts";
import type { GatewayConfig } from "../config.ts";

/** @throws TypeError when the key of the settings is symmetric */
export async function tokenSignerOf({ gatewayUrl, signingKey }: GatewayConfig): Promise<TransactionTokenSigner> {
  const key = await importJWK(signingKey);
  if (key instanceof Uint8Array) throw new TypeError("the signing key is symmetric");
  return {
    issuer: gatewayUrl,
    key,
    keyId: signingKey.kid,
    keyThumbprint: await calculateJwkThumbprint(signingKey),
  };
}
