/** What both stores of the OpenID provider's artefacts agree on. */
import { createHash } from "node:crypto";
import { errors } from "oidc-provider";

/** SHA-256 of an identifier: who reads a store holds nothing that can be presented. */
export function idHash(id: string): Buffer {
  return createHash("sha256").update(id).digest();
}

/** What the loser of a race for a single-use artefact is told. */
export function alreadyConsumed(model: string): errors.OIDCProviderError {
  const detail = `${model} is gone or was used before`;
  return model === "PushedAuthorizationRequest"
    ? new errors.InvalidRequestUri("request_uri is invalid, expired, or was already used", { detail })
    : new errors.InvalidGrant({ detail });
}
