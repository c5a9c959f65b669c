/** A portal that listens, with the identity and the graph that it knows. */
import { exportJWK, generateKeyPair } from "jose";
import { createMemoryStore, type KeyValueStore } from "../../../platform/keyvalue.ts";
import { createLogger } from "../../../platform/log.ts";
import { freePort } from "../../../platform/test/ports.ts";
import type { PortalConfig } from "../../config.ts";
import { createPortal } from "../../server.ts";
import { startGraph, type TestGraph } from "./graph.ts";
import { startIdentity, type TestIdentity } from "./identity.ts";
import { Visitor } from "./visitor.ts";

export interface TestPortal {
  readonly config: PortalConfig;
  readonly url: string;
  readonly store: KeyValueStore;
  readonly identity: TestIdentity;
  readonly graph: TestGraph;
  /** Somebody with a browser of her own. */
  visitor(headers?: Readonly<Record<string, string>>): Visitor;
  close(): Promise<void>;
}

/** Settings for a portal whose identity and graph may not exist. */
export async function testConfig(): Promise<PortalConfig> {
  const [port, gateway] = [await freePort(), await freePort()];
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const { x = "", y = "", d = "" } = await exportJWK(privateKey);
  return {
    logLevel: "silent",
    host: "localhost",
    port,
    portalUrl: `http://localhost:${port}`,
    issuer: `http://localhost:${await freePort()}`,
    gatewayUrl: `http://localhost:${gateway}`,
    redisUrl: undefined,
    cookieKey: Buffer.alloc(32, 7),
    clientKey: { kty: "EC", crv: "P-256", alg: "ES256", kid: "portal-test", x, y, d },
  };
}

export async function startTestPortal(store: KeyValueStore = createMemoryStore()): Promise<TestPortal> {
  const draft = await testConfig();
  const identity = await startIdentity(draft);
  const config = { ...draft, issuer: identity.issuer };
  const graph = await startGraph(Number(new URL(config.gatewayUrl).port));
  const app = await createPortal(config, { sessions: store }, createLogger("portal", "silent"));
  await app.listen({ port: config.port, host: "localhost" });
  return {
    config,
    url: config.portalUrl,
    store,
    identity,
    graph,
    visitor: (headers) => new Visitor(config.portalUrl, headers),
    close: async () => {
      await app.close();
      await Promise.all([identity.close(), graph.close()]);
    },
  };
}
