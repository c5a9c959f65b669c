/** The names of client applications, in the language of a page where they were registered in it. */
import type { Provider } from "oidc-provider";
import type { View } from "../pages/view.ts";
import type { NamedClient } from "../pages/words.ts";
import { clientNameIn } from "../provider/client-metadata.ts";

/** The clients of these IDs; one that is gone keeps its ID alone. */
export async function namedClients(
  provider: Provider,
  clientIds: Iterable<string>,
  { language }: Pick<View, "language">,
): Promise<NamedClient[]> {
  return await Promise.all(
    [...clientIds].map(async (clientId) => {
      const client = await provider.Client.find(clientId);
      return { clientId, name: client ? clientNameIn(client, language) : null };
    }),
  );
}
