/**
 * FAPI 2.0 Security Profile, for clients of the profile `fapi2`: private_key_jwt, DPoP, unsigned pushed requests,
 * OpenID Connect, no regional variant.
 */
import type { Plan } from "../plan.ts";
import { fapi2Authorization } from "./fapi2-authorization.ts";
import { fapi2ClientAuthentication } from "./fapi2-client-authentication.ts";
import { fapi2Dpop } from "./fapi2-dpop.ts";
import { fapi2PushedRequests } from "./fapi2-pushed-requests.ts";
import { fapi2Tokens } from "./fapi2-tokens.ts";

export const fapi2SecurityProfile: Plan = {
  ...fapi2Authorization,
  ...fapi2ClientAuthentication,
  ...fapi2Dpop,
  ...fapi2PushedRequests,
  ...fapi2Tokens,
};
