/** What a client's proof of itself must say besides RFC 7523. The library has checked signature, issuer and expiry. */
import { type Client, errors, type KoaContextWithOIDC, type UnknownObject } from "oidc-provider";

/** Longest time that an assertion may still be good for, in seconds: its replay mark is kept as long. */
const longestLife = 5 * 60;

/**
 * The audience is the issuer and nothing else, as a string (FAPI 2.0 Security Profile, 5.3.2.1): an assertion made
 * for another server can never be shown here.
 *
 * @throws errors.InvalidClientAuth
 */
export async function assertClientAssertion(
  { oidc }: KoaContextWithOIDC,
  { aud, exp }: UnknownObject,
  _header: UnknownObject,
  _client: Client,
): Promise<void> {
  if (aud !== oidc.issuer) throw new errors.InvalidClientAuth("audience (aud) must be the issuer identifier alone");
  if (typeof exp !== "number" || exp > Date.now() / 1000 + longestLife) {
    throw new errors.InvalidClientAuth(`expiration (exp) must be within ${longestLife} seconds`);
  }
}
