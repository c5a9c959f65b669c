/** Clients that are not the city's own, as the operator registered them in `oidc_client`. */
import type { Adapter, ClientMetadata } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";
import { type ReadAhead, readNothingAhead } from "./read-ahead.ts";

/** What a client ID looks like, as the table has it; anything else is not worth a question to the database. */
const clientIdShape = /^[A-Za-z0-9._-]{1,100}$/;

/** Client metadata as an operator registers it. */
export async function readClientMetadata(
  database: Queryable,
  clientId: string,
  ahead: ReadAhead = readNothingAhead,
): Promise<ClientMetadata | undefined> {
  if (!clientIdShape.test(clientId)) return undefined;
  const row = await ahead.take("client", clientId, async () => {
    const [found] = await database.query<{ metadata: ClientMetadata }>(
      "SELECT metadata FROM oidc_client WHERE client_id = $1",
      [clientId],
    );
    return found;
  });
  return row && { ...row.metadata, client_id: clientId };
}

/**
 * oidc-provider's adapter for clients; identity itself only ever reads them.
 *
 * @param present gives metadata the form that the provider takes
 */
export function registeredClients(
  database: Queryable,
  present: (metadata: ClientMetadata) => ClientMetadata,
  ahead: ReadAhead = readNothingAhead,
): Adapter {
  return {
    find: async (clientId) => {
      const metadata = await readClientMetadata(database, clientId, ahead);
      return metadata && present(metadata);
    },
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  };
}

async function readOnly(): Promise<never> {
  throw new Error("clients are registered by the operator");
}
