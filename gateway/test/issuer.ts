/** A small identity provider for tests: signs access tokens and publishes its keys over HTTP. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import type { SectorVersions } from "../../trust/pseudonym.ts";
import { type Read, type ReadOutcome, readsPath } from "../../trust/reads.ts";
import { revocationStreamPath } from "../../trust/security-event.ts";

export interface TestIssuer {
  readonly url: string;
  /** How often the keys were asked for. */
  readonly fetches: () => number;
  /** What it tells gateways of revocations. */
  readonly stream: TestRevocationStream;
  readonly record: TestRecord;
  /** The current signing key. */
  readonly key: () => SigningKey;
  /** Registers sectors in the place of those before; there are none at first. */
  registerSectors(sectors: Sectors): void;
  /** Puts a new key in the place of the current one. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** What gateways have had recorded, and how that is answered. */
export interface TestRecord {
  readonly reads: Read[];
  /** How many reads came together, call by call. */
  readonly calls: number[];
  status: number;
  outcomeOf: (read: Read) => ReadOutcome;
  /** Holds answers back until it resolves. */
  pause: Promise<unknown> | undefined;
}

/** A record that keeps everything. */
function createRecord(): TestRecord {
  return { reads: [], calls: [], status: 200, outcomeOf: () => "kept", pause: undefined };
}

async function answerReads(record: TestRecord, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { reads } = JSON.parse(await text(request)) as { reads: Read[] };
  record.calls.push(reads.length);
  await record.pause;
  const outcomes = reads.map((read) => record.outcomeOf(read));
  if (record.status === 200) record.reads.push(...reads.filter((_read, index) => outcomes[index] === "kept"));
  response.writeHead(record.status).end(JSON.stringify({ outcomes }));
}

/** The key versions of each sector. */
type Sectors = Readonly<Record<string, SectorVersions>>;

export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly kid: string;
}

/** A stream of revocations that says whatever a test wants. */
export interface TestRevocationStream {
  /** What is sent at the beginning of every connection, before the gateway hears that this was all. */
  readonly beginning: string[];
  /** Sends a token to all gateways that listen. */
  send(token: string): void;
  /** Whether to send heartbeats. */
  beats: boolean;
  /** How many gateways listen. */
  listeners(): number;
  open(response: ServerResponse): void;
}

/** A stream of revocations as identity sends it, with a heart that beats often. */
export function createRevocationStream(): TestRevocationStream {
  const open = new Set<ServerResponse>();
  const frame = (event: string, data = "") => `event: ${event}\ndata: ${data}\n\n`;
  const stream: TestRevocationStream = {
    beginning: [],
    beats: true,
    send: (token) => {
      for (const response of open) response.write(frame("set", token));
    },
    listeners: () => open.size,
    open(response) {
      open.add(response);
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const token of stream.beginning) response.write(frame("set", token));
      response.write(frame("current"));
      const heart = setInterval(() => {
        if (stream.beats) response.write(frame("heartbeat"));
      }, 200);
      response.once("close", () => {
        clearInterval(heart);
        open.delete(response);
      });
    },
  };
  return stream;
}

/** Starts an issuer on a free port. */
export async function startIssuer(): Promise<TestIssuer> {
  let key = await signingKey();
  let fetches = 0;
  let sectors: Sectors = {};
  const stream = createRevocationStream();
  const record = createRecord();
  const server = createServer(async (request, response) => {
    if (request.url === revocationStreamPath) return stream.open(response);
    if (request.url === readsPath) return answerReads(record, request, response);
    if (request.url === "/sectors") {
      response.end(JSON.stringify({ sectors }));
      return;
    }
    fetches += 1;
    response.setHeader("content-type", "application/jwk-set+json");
    response.end(JSON.stringify({ keys: [key.publicJwk] }));
  });
  const port = await listen(server, 0);
  return {
    url: `http://localhost:${port}`,
    fetches: () => fetches,
    key: () => key,
    stream,
    record,
    registerSectors: (registered) => {
      sectors = registered;
    },
    rotate: async () => {
      key = await signingKey();
    },
    stop: () => stop(server),
    start: async () => {
      await listen(server, port);
    },
  };
}

/** What may be wrong with a token. */
export interface TokenFlaws {
  /** Merged over the claims; `undefined` removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Merged over the header. */
  readonly header?: { readonly typ?: string; readonly kid?: string };
  /** Signs in the place of the issuer's key. */
  readonly key?: CryptoKey;
}

/** An access token of `issuer` for the graph at `audience`, good but for its flaws. */
export async function accessToken(
  issuer: TestIssuer,
  audience: string,
  subject: string,
  flaws: TokenFlaws = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims: JWTPayload = {
    iss: issuer.url,
    aud: audience,
    sub: subject,
    iat: now,
    exp: now + 300,
    jti: crypto.randomUUID(),
    client_id: "cli",
    sector: "government",
    scope: "openid citizen:read health:read pension:read employment:read utilities:read water:read power:read",
    ...flaws.claims,
  };
  const { privateKey, kid } = issuer.key();
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid, ...flaws.header })
    .sign(flaws.key ?? privateKey);
}

async function signingKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const kid = crypto.randomUUID();
  return { privateKey, kid, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "localhost");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, "close");
}
