/**
 * `acting_for=self` of an authorization request, our own parameter beside `prompt=select_account`: she has told the
 * client already that she returns to her own matters, and is not asked again. It only ever gives a right up.
 */
import { type Client, errors, type KoaContextWithOIDC } from "oidc-provider";
import { profileOf } from "../provider/profiles.ts";

/** Its name. */
export const actingForParameter = "acting_for";

/**
 * Only a client that proves itself and pushes its requests may say so: nobody else's link ends what she does for others.
 *
 * @throws errors.InvalidRequest
 */
export function assertActingFor(_context: KoaContextWithOIDC, value: string | undefined, client: Client): void {
  if (value === undefined) return;
  if (value !== "self" || profileOf(client) !== "fapi2") {
    throw new errors.InvalidRequest(`${actingForParameter} may be self alone, and of clients of profile fapi2`);
  }
}
