/** Whether a request comes from the gateway, which proves itself with its own signing key. */
import type { FastifyRequest } from "fastify";
import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Logger } from "../../platform/log.ts";
import { bearerAssertion, clientAssertionSeconds, verifyClientAssertion } from "../../trust/client-assertion.ts";
import { HuiminError } from "../../trust/errors.ts";

export interface GatewayCallerParts {
  readonly issuer: string;
  /** The gateways: all replicas share a name and a key. */
  readonly gatewayUrl: string;
  /** Remembers assertions that were shown. */
  readonly fleeting: KeyValueStore;
  readonly log: Logger;
}

/** Where the gateway publishes the key that it proves itself with. */
export function gatewayKeys(gatewayUrl: string): JWTVerifyGetKey {
  const options = { timeoutDuration: 3_000, cooldownDuration: 2_000 };
  return createRemoteJWKSet(new URL("/.well-known/jwks.json", gatewayUrl), options);
}

/** Why whoever asks is not a gateway; nothing when it is one. */
export async function refusalOfGateway(
  { headers }: Pick<FastifyRequest, "headers">,
  { gatewayUrl, issuer, fleeting, log }: GatewayCallerParts,
  keys: JWTVerifyGetKey,
): Promise<HuiminError | undefined> {
  const assertion = bearerAssertion(headers.authorization);
  try {
    if (assertion === undefined) return new HuiminError("UNAUTHENTICATED");
    const jti = await verifyClientAssertion(assertion, gatewayUrl, issuer, keys);
    const isFirst = await fleeting.add(`events:assertion:${jti}`, "1", 2 * clientAssertionSeconds);
    return isFirst ? undefined : new HuiminError("TOKEN_INVALID", { detail: "the assertion was used before" });
  } catch (error) {
    if (!(error instanceof HuiminError)) throw error;
    log.warn({ code: error.code, detail: error.detail }, "a gateway is not let in");
    return error;
  }
}
