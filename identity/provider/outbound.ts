/** The only call that the provider makes: for the public keys of a client. */
import type { Configuration } from "oidc-provider";
import type { IdentityConfig } from "../config.ts";
import { portalKeysUrl } from "./clients.ts";

/**
 * The library refuses to call private addresses, lest a registered client lead identity to a neighbour.
 * The portal's address comes from the configuration and may well be private.
 */
export function fetchClientKeys(config: Pick<IdentityConfig, "portalUrl">): NonNullable<Configuration["fetch"]> {
  const trusted = portalKeysUrl(config);
  return async (input, init = {}) => {
    if (String(input) !== trusted) return await fetch(input, init);
    const { headers, signal } = init;
    return await fetch(trusted, {
      redirect: "error",
      ...(headers === undefined ? {} : { headers }),
      ...(signal === undefined ? {} : { signal }),
    });
  };
}
