/** The gateway's part for tests of subgraphs: publishes keys over HTTP, mints tokens, asks. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { callKey } from "../../../trust/call-keys.ts";
import { signCall } from "../../../trust/call-signature.ts";
import { type Caller, readScope } from "../../../trust/caller.ts";
import { hmacSha256 } from "../../../trust/http-signature.ts";
import { mintTransactionToken, transactionTokenHeader } from "../../../trust/transaction-token.ts";

/** The secret that subgraphs under test share with the gateway, as their setting has it. */
export const testCallKeyText = `hmac-sha256:${Buffer.alloc(32, 7).toString("base64url")}`;
export const testCallKey = callKey.parse(testCallKeyText);

/** Sends a request to a subgraph with the signature that the gateway would give it. */
export async function signedFetch(subgraph: string, url: string, init: RequestInit = {}): Promise<Response> {
  const request = new Request(url, init);
  const body = Buffer.from(await request.clone().arrayBuffer());
  const { host, pathname, search } = new URL(url);
  const call = {
    method: request.method,
    authority: host,
    target: pathname + search,
    contentType: request.headers.get("content-type") ?? "",
    token: request.headers.get(transactionTokenHeader) ?? "",
  };
  const key = hmacSha256(subgraph, testCallKey.bytes);
  const { headers } = signCall(call, body, key, crypto.randomUUID(), Math.floor(Date.now() / 1000));
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
  return await fetch(request);
}

export interface TestGateway {
  readonly url: string;
  /** A good transaction token; `caller` says what is unusual about it. */
  token(subgraph: string, subject: string, caller?: Partial<Caller>, now?: number): Promise<string>;
  /** Asks the subgraph as `subject` and gives the parsed answer; `caller` as in `token`. */
  ask(
    endpoint: string,
    subgraph: string,
    subject: string,
    query: string,
    variables?: object,
    caller?: Partial<Caller>,
  ): Promise<Answer>;
  /** The key that it signs with now. */
  readonly signer: () => { readonly key: CryptoKey; readonly keyId: string };
  /** Signs with a new key from now on and publishes it, instead of the old ones when those are withdrawn. */
  rotate(options?: { readonly withdraw: boolean }): Promise<void>;
  /** While away, it drops every connection. */
  away(away: boolean): void;
  close(): Promise<void>;
}

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  readonly data?: any;
  readonly errors?: readonly { message: string; path?: (string | number)[]; extensions: { code: string } }[];
}

export async function startTestGateway(): Promise<TestGateway> {
  let published: JWK[] = [];
  let keysMade = 0;
  let current: { key: CryptoKey; keyId: string; keyThumbprint: string };
  const rotate: TestGateway["rotate"] = async ({ withdraw } = { withdraw: false }) => {
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    keysMade += 1;
    const keyId = `key-${keysMade}`;
    const jwk = { ...(await exportJWK(publicKey)), kid: keyId, alg: "ES256", use: "sig" };
    published = withdraw ? [jwk] : [...published, jwk];
    current = { key: privateKey, keyId, keyThumbprint: await calculateJwkThumbprint(jwk) };
  };
  await rotate();

  let isAway = false;
  const server = createServer((request, response) => {
    if (isAway) {
      request.socket.destroy();
      return;
    }
    response.statusCode = request.url === "/.well-known/jwks.json" ? 200 : 404;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: published }));
  });
  await once(server.listen(0, "localhost"), "listening");
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;

  const token: TestGateway["token"] = (subgraph, subject, caller = {}, now = Math.floor(Date.now() / 1000)) => {
    const scopes = new Set([readScope(subgraph)]);
    const complete = {
      subject,
      clientId: "portal",
      scopes,
      expiresAt: now + 300,
      level: "urn:huimin:loa:3" as const,
      signedInAt: now,
      ...caller,
    };
    return mintTransactionToken({ issuer: url, ...current }, complete, subgraph, "txn-1", now);
  };
  return {
    url,
    token,
    ask: async (endpoint, subgraph, subject, query, variables, caller) => {
      const headers = {
        "content-type": "application/json",
        [transactionTokenHeader]: await token(subgraph, subject, caller),
      };
      const body = JSON.stringify({ query, variables });
      const response = await signedFetch(subgraph, endpoint, { method: "POST", headers, body });
      return (await response.json()) as Answer;
    },
    signer: () => current,
    rotate,
    away: (away) => {
      isAway = away;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
