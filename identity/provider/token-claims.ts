/** What access tokens say besides RFC 9068: how she signed in (RFC 9470), and by what they can be revoked. */
import { createHash } from "node:crypto";
import type { AccessToken, ClientCredentials, KoaContextWithOIDC, UnknownObject } from "oidc-provider";

/**
 * `acr`, `amr` and `auth_time` as in the ID token; `sid` and `grant` name the session and the grant behind the
 * token, for whoever hears that either has been revoked.
 */
export async function tokenClaims(
  { oidc }: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): Promise<UnknownObject | undefined> {
  if (token.kind !== "AccessToken") return undefined;
  const source = oidc.entities.AuthorizationCode ?? oidc.entities.RefreshToken ?? oidc.entities.DeviceCode;
  const { acr, amr, authTime } = source ?? {};
  const { grantId, sessionUid } = token as AccessToken;
  return {
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(grantId !== undefined && { grant: publicNameOf(grantId) }),
    ...(sessionUid !== undefined && { sid: publicNameOf(sessionUid) }),
  };
}

/** The name by which others know a session or a grant: it opens nothing in identity's own stores. */
export function publicNameOf(id: string): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, 22);
}
