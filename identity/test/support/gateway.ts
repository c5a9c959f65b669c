/** The gateway's part for tests of identity: publishes its key, tells of reads, asks the citizen subgraph. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { signCall } from "../../../trust/call-signature.ts";
import type { Caller } from "../../../trust/caller.ts";
import { signClientAssertion } from "../../../trust/client-assertion.ts";
import { hmacSha256 } from "../../../trust/http-signature.ts";
import type { Read, ReadOutcome } from "../../../trust/reads.ts";
import { mintTransactionToken, transactionTokenHeader } from "../../../trust/transaction-token.ts";
import type { TestIdentity } from "./identity.ts";

export interface TestGateway {
  /** Has reads recorded. @returns what became of each */
  record(...reads: readonly Read[]): Promise<readonly ReadOutcome[]>;
  /** Asks the citizen subgraph on behalf of whom it likes. */
  ask(query: string, caller: Pick<Caller, "subject" | "purpose">): Promise<{ readonly data?: unknown }>;
  close(): void;
}

/** Starts it where identity looks for it. */
export async function startTestGateway({ config, issuer }: TestIdentity): Promise<TestGateway> {
  const { gatewayUrl, callKey } = config;
  const { privateKey: key, publicKey } = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "g", alg: "ES256", use: "sig" }];
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  await once(server.listen(Number(new URL(gatewayUrl).port), "localhost"), "listening");
  const keyThumbprint = await calculateJwkThumbprint(publicKey);
  return {
    async record(...reads) {
      const assertion = await signClientAssertion({ client: gatewayUrl, key, keyId: "g" }, issuer);
      const headers = { "content-type": "application/json", authorization: `Bearer ${assertion}` };
      const body = JSON.stringify({ reads });
      const response = await fetch(`${issuer}/events/reads`, { method: "POST", headers, body });
      return ((await response.json()) as { outcomes: ReadOutcome[] }).outcomes;
    },
    async ask(query, stated) {
      const now = Math.floor(Date.now() / 1000);
      const caller = { clientId: "any", scopes: new Set(["citizen:read"]), expiresAt: now + 300, ...stated };
      const signer = { issuer: gatewayUrl, key, keyId: "g", keyThumbprint };
      const token = await mintTransactionToken(signer, caller, "citizen", randomUUID(), now);
      const contentType = "application/json";
      const call = { method: "POST", authority: new URL(issuer).host, target: "/subgraph", contentType, token };
      const body = JSON.stringify({ query });
      const { headers } = signCall(call, body, hmacSha256("citizen", callKey.bytes), randomUUID(), now);
      const shown = { "content-type": contentType, [transactionTokenHeader]: token, ...headers };
      const response = await fetch(`${issuer}/subgraph`, { method: "POST", headers: shown, body });
      return (await response.json()) as { data?: unknown };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
