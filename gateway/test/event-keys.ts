/** The key with which a subgraph of the tests signs its events, published over HTTP. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair } from "jose";
import { eventTokenMediaType, signEventToken } from "../../trust/event-token.ts";

export interface EventKeys {
  /** Of the key set. */
  readonly url: string;
  readonly keyId: string;
  /** May be changed for another that the key set does not know. */
  privateKey: CryptoKey;
  close(): Promise<void>;
}

export async function startEventKeys(): Promise<EventKeys> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keyId = "events";
  const keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: "ES256" }] });
  const server = createServer((_request, response) =>
    response.setHeader("content-type", "application/jwk-set+json").end(keySet),
  );
  await once(server.listen(0, "localhost"), "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/.well-known/jwks.json`,
    keyId,
    privateKey,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Sends events to a gateway as the subgraph would. */
export async function sendEvents(
  gatewayUrl: string,
  { privateKey: key, keyId }: EventKeys,
  subgraph: string,
  events: Readonly<Record<string, object>>,
): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await fetch(`${gatewayUrl}/events`, {
    method: "POST",
    headers: { "content-type": eventTokenMediaType },
    body: await signEventToken({ subgraph, key, keyId }, gatewayUrl, crypto.randomUUID(), events, now),
  });
}
