/** What a citizen's history says of a device that she connected. */
import { Provider } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";
import { recordHistory } from "../history/history.ts";
import type { DeviceAccepted } from "../store/device-codes.ts";

/** Writes the entry; the device hears of the consent only once it stands. */
export function recordConnection(database: Queryable): DeviceAccepted {
  return async ({ citizenId, clientId }) => {
    const context = Provider.ctx;
    await recordHistory(database, {
      citizenId,
      kind: "device-connected",
      clientId,
      ...(context && { origin: { address: context.ip, userAgent: context.get("user-agent") } }),
    });
  };
}
