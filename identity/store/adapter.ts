/** Where the OpenID provider keeps what. */
import type { Adapter, AdapterFactory } from "oidc-provider";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Database } from "../../platform/postgres.ts";
import { revokeGrant } from "../account/endings.ts";
import { actingGrants } from "../delegation/acting-grant.ts";
import { registeredClients } from "./clients.ts";
import { durableArtefacts } from "./durable-artefacts.ts";
import { fleetingArtefacts } from "./fleeting-artefacts.ts";

/** What a restart must not lose. */
const durable: ReadonlySet<string> = new Set(["Session", "Grant", "RefreshToken"]);

/** What identity stores things in. */
export interface IdentityStores {
  readonly database: Database;
  /** For what may be lost. */
  readonly fleeting: KeyValueStore;
}

export function createAdapter({ database, fleeting }: IdentityStores): AdapterFactory {
  return (model) => {
    if (model === "Client") return registeredClients(database);
    if (model === "Grant") {
      const grants = endingGrants(durableArtefacts(model, database), { database, fleeting });
      return actingGrants(grants, database);
    }
    return durable.has(model) ? durableArtefacts(model, database) : fleetingArtefacts(model, fleeting);
  };
}

/** However the provider comes to take back a grant, gateways hear of it. */
function endingGrants(grants: Adapter, { database, fleeting }: IdentityStores): Adapter {
  return {
    ...grants,
    destroy: (grantId) =>
      database.transaction(async (tx) => {
        await revokeGrant({ tx, fleeting }, grantId, { initiator: "system", history: null });
      }),
  };
}
