/** Where the OpenID provider keeps what. */
import type { AdapterFactory, ClientMetadata } from "oidc-provider";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Database } from "../../platform/postgres.ts";
import { actingGrants } from "../delegation/acting-grant.ts";
import { registeredClients } from "./clients.ts";
import { type DeviceAccepted, deviceCodes } from "./device-codes.ts";
import { durableArtefacts } from "./durable-artefacts.ts";
import { fleetingArtefacts } from "./fleeting-artefacts.ts";
import type { ReadAhead } from "./read-ahead.ts";

/** What a restart must not lose. */
const durable: ReadonlySet<string> = new Set(["Session", "Grant", "RefreshToken"]);

/** What identity stores things in. */
export interface IdentityStores {
  readonly database: Database;
  /** For what may be lost. */
  readonly fleeting: KeyValueStore;
}

/** What the adapter asks of the provider's side. */
export interface AdapterHooks {
  readonly presentClient: (metadata: ClientMetadata) => ClientMetadata;
  readonly deviceAccepted: DeviceAccepted;
}

export function createAdapter(
  { database, fleeting }: IdentityStores,
  ahead: ReadAhead,
  hooks: AdapterHooks,
): AdapterFactory {
  return (model) => {
    if (model === "Client") return registeredClients(database, hooks.presentClient, ahead);
    if (model === "Grant") return actingGrants(durableArtefacts(model, database, ahead), database);
    if (model === "DeviceCode") return deviceCodes(fleeting, hooks.deviceAccepted);
    return durable.has(model) ? durableArtefacts(model, database, ahead) : fleetingArtefacts(model, fleeting);
  };
}
