import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ConfigError, loadConfig } from "../../platform/config.ts";
import { createLogger } from "../../platform/log.ts";
import { composeSupergraph } from "../../schema/compose.ts";
import { gatewaySpec } from "../config.ts";
import { createGateway } from "../server.ts";
import { loadSupergraph } from "../supergraph/supergraph.ts";
import { newCitizenId, newSigningKey, startCity, type TestCity } from "./city.ts";
import { sharedCallKey, subgraphNames } from "./subgraphs.ts";

let city: TestCity | undefined;
afterEach(async () => {
  await city?.close();
  city = undefined;
});

async function environment() {
  return {
    HUIMIN_PORT: "4001",
    HUIMIN_ISSUER: "http://localhost:4002",
    HUIMIN_GATEWAY_URL: "http://localhost:4001",
    HUIMIN_SIGNING_KEY: JSON.stringify(await newSigningKey()),
    HUIMIN_SUBGRAPH_KEYS: subgraphNames.map((name) => `${name}=none`).join(","),
    HUIMIN_SUBGRAPHS: subgraphNames.map((name) => `${name}=http://localhost:4010/${name}`).join(","),
  };
}

describe("the configuration of the gateway", () => {
  it("is read from the environment", async () => {
    const config = loadConfig("gateway", gatewaySpec, await environment());
    expect([...config.subgraphs.keys()]).toEqual([...subgraphNames]);
    expect(config.subgraphs.get("health")?.href).toBe("http://localhost:4010/health");
  });

  it.each([
    "health",
    "health=",
    "health=ftp://localhost/",
    "health=http://a/,health=http://b/",
    "=http://a/",
    "health=http://a/,,",
  ])("refuses the addresses %j", async (text) => {
    const env = { ...(await environment()), HUIMIN_SUBGRAPHS: text };
    expect(() => loadConfig("gateway", gatewaySpec, env)).toThrow(/HUIMIN_SUBGRAPHS is refused/);
  });

  it.each([
    "health",
    "health=",
    "health=secret",
    "health=hmac-sha256:c2hvcnQ",
    "health=none,health=none",
    "health=none,",
    `health=${sharedCallKey}+`,
    `health=${sharedCallKey}+none`,
    `health=${sharedCallKey}+${"A".repeat(43)}+${"A".repeat(43)}`,
  ])("refuses the keys %j", async (text) => {
    const env = { ...(await environment()), HUIMIN_SUBGRAPH_KEYS: text };
    expect(() => loadConfig("gateway", gatewaySpec, env)).toThrow(/HUIMIN_SUBGRAPH_KEYS is refused/);
  });

  it("names every subgraph of which it is not said how calls are signed, a company whose calls prove nothing, and a stream that could not be signed", async () => {
    const HUIMIN_SUBGRAPH_KEYS = `citizen=none,traffic=none,utilities=${sharedCallKey}`;
    const sectors = {
      HUIMIN_SUBSCRIPTIONS: "citizen=ws://localhost:1/graphql,utilities=ws://localhost:1/graphql",
      HUIMIN_SECTORS: "utilities=waterco",
      HUIMIN_PSEUDONYM_KEY: Buffer.alloc(32).toString("base64url"),
    };
    const config = loadConfig("gateway", gatewaySpec, { ...(await environment()), HUIMIN_SUBGRAPH_KEYS, ...sectors });
    const refused = await createGateway(config, createLogger("gateway", "silent")).catch((error: unknown) => error);
    expect(refused instanceof ConfigError && refused.faults).toEqual([
      "HUIMIN_SUBGRAPH_KEYS lacks health",
      "HUIMIN_SUBGRAPH_KEYS lacks pension",
      "HUIMIN_SUBGRAPH_KEYS lacks employment",
      "HUIMIN_SUBGRAPH_KEYS lacks water",
      "HUIMIN_SUBGRAPH_KEYS lacks power",
      "HUIMIN_SUBGRAPH_KEYS knows no subgraph traffic",
      "HUIMIN_SUBGRAPH_KEYS has a shared secret for utilities: with a company each side needs a key of its own",
      "HUIMIN_SUBGRAPH_KEYS has a key for utilities, which streams by WebSocket: only server-sent events are signed",
    ]);
  });

  it("names every subgraph without an address and every address without a subgraph", async () => {
    const addresses = new Map([
      ["citizen", new URL("http://localhost/")],
      ["health", new URL("http://localhost/")],
      ["traffic", new URL("http://localhost/")],
    ]);
    const sdl = readFileSync(new URL("../../schema/supergraph.graphql", import.meta.url), "utf8");
    const refused = await loadSupergraph(sdl, { addresses }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigError);
    expect(refused instanceof ConfigError && refused.faults).toEqual([
      "HUIMIN_SUBGRAPHS has no address for the subgraph employment",
      "HUIMIN_SUBGRAPHS has no address for the subgraph pension",
      "HUIMIN_SUBGRAPHS has no address for the subgraph power",
      "HUIMIN_SUBGRAPHS has no address for the subgraph utilities",
      "HUIMIN_SUBGRAPHS has no address for the subgraph water",
      "HUIMIN_SUBGRAPHS names traffic, which is not a subgraph of the supergraph",
    ]);
  });
});

describe("the supergraph", () => {
  it("is what the subgraphs compose to", () => {
    const committed = readFileSync(new URL("../../schema/supergraph.graphql", import.meta.url), "utf8");
    expect(committed).toBe(composeSupergraph());
  });
});

describe("the gateway", () => {
  it("is ready though every subgraph is down", async () => {
    const nobody = "http://localhost:1/graphql";
    city = await startCity({ elsewhere: Object.fromEntries(subgraphNames.map((name) => [name, nobody])) });
    const response = await fetch(`${city.gatewayUrl}/health/ready`);
    expect(response.status).toBe(200);
    const { data, errors } = await city.query("{ me { id } }", { token: await city.token(newCitizenId()) });
    expect(data).toEqual({ me: null });
    expect(errors).toMatchObject([{ path: ["me"], extensions: { code: "SUBGRAPH_UNAVAILABLE" } }]);
  });

  it("finishes the requests in flight before it closes, and takes no new ones", async () => {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const slow = createServer(async (_request, response) => {
      arrived.resolve();
      await released.promise;
      response.end(JSON.stringify({ data: { _entities: [{ coverage: null }] } }));
    }).listen(0, "localhost");
    await once(slow, "listening");
    const { port } = slow.address() as AddressInfo;
    city = await startCity({ elsewhere: { health: `http://localhost:${port}/` } });
    const inFlight = city.query("{ me { coverage { scheme } } }", { token: await city.token(newCitizenId()) });
    await arrived.promise;
    const closed = city.closeGateway();
    await expect.poll(() => fetch(`${city?.gatewayUrl}/health/live`).catch(() => "refused")).toBe("refused");
    released.resolve();
    expect((await inFlight).data).toEqual({ me: { coverage: null } });
    await closed;
    slow.close();
  });
});
