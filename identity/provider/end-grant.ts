/** Grants that the library ends by itself: at a client's wish, and when a code or a refresh token is used once more. */
import { type KoaContextWithOIDC, Provider } from "oidc-provider";
import { type Ending, revokeGrant } from "../account/endings.ts";
import type { IdentityStores } from "../store/adapter.ts";

/** Makes the end of a grant an ending as every other: with history and events, in one transaction. */
export function endGrantsInOnePlace(provider: Provider, { database, fleeting }: IdentityStores): void {
  provider.Grant.adapter.destroy = async (grantId) => {
    await database.transaction((tx) => revokeGrant({ tx, fleeting }, grantId, endingIn(Provider.ctx)));
  };
}

function endingIn(context: KoaContextWithOIDC | undefined): Ending {
  if (!context) return { initiator: "system", history: null };
  const { oidc, ip: address } = context;
  const origin = { address, userAgent: context.get("user-agent") };
  if (oidc.route !== "token") return { initiator: "user", history: null, origin };
  // Whoever holds a copy must have had it from her device: she ought to know.
  const history = oidc.params?.grant_type === "refresh_token" ? "refresh-token-reused" : null;
  return { initiator: "policy", history, origin };
}
