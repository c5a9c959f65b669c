/** The names of client applications, as they were registered. */
import type { Provider } from "oidc-provider";
import type { NamedClient } from "../pages/words.ts";

/** The clients of these IDs; one that is gone keeps its ID alone. */
export async function namedClients(provider: Provider, clientIds: Iterable<string>): Promise<NamedClient[]> {
  return await Promise.all(
    [...clientIds].map(async (clientId) => {
      const client = await provider.Client.find(clientId);
      return { clientId, name: client?.clientName ?? null };
    }),
  );
}
