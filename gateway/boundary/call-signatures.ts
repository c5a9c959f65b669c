/** Which calls are signed, and with what. */
import { createPrivateKey } from "node:crypto";
import { ConfigError } from "../../platform/config.ts";
import type { GatewayConfig } from "../config.ts";
import type { SealOf } from "./boundary.ts";
import { createSealCall, type KeepEvidence } from "./signed-calls.ts";

/**
 * The signatures of a gateway's calls, by its settings.
 *
 * @throws ConfigError unless of every subgraph it is said whether and how its calls are signed; with a
 *   company, if they are, each side has a key of its own, so that either can prove what was said; nor when what a subgraph
 *   with a key streams could not be signed
 */
export function openCallSignatures(
  { subgraphs, subgraphKeys, subscriptions = new Map(), sectors, signingKey }: GatewayConfig,
  keepEvidence: KeepEvidence,
): SealOf {
  const faults = [
    ...[...subgraphs.keys()].filter((name) => !subgraphKeys.has(name)).map((name) => `lacks ${name}`),
    ...[...subgraphKeys.keys()].filter((name) => !subgraphs.has(name)).map((name) => `knows no subgraph ${name}`),
    ...[...sectors.keys()]
      .filter((name) => subgraphKeys.get(name)?.algorithm === "hmac-sha256")
      .map((name) => `has a shared secret for ${name}: with a company each side needs a key of its own`),
    ...[...subscriptions]
      .filter(([name, { protocol }]) => protocol.startsWith("ws") && subgraphKeys.get(name))
      .map(([name]) => `has a key for ${name}, which streams by WebSocket: only server-sent events are signed`),
  ];
  if (faults.length > 0) {
    throw new ConfigError(
      "gateway",
      faults.map((fault) => `HUIMIN_SUBGRAPH_KEYS ${fault}`),
    );
  }
  const own = { keyId: signingKey.kid, key: createPrivateKey({ key: { ...signingKey }, format: "jwk" }) };
  return (name, address) => {
    const key = subgraphKeys.get(name);
    return key ? createSealCall(name, address, key, own, keepEvidence) : undefined;
  };
}
