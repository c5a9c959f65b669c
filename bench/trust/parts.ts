/** What the parts of trust cost one by one: the product's own functions, in this process and with nothing beside them. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import type { Credentials } from "../../city/client/credentials.ts";
import { createTransactionTokens } from "../../gateway/boundary/transaction-tokens.ts";
import { createLogger } from "../../platform/log.ts";
import { createAdmission } from "../../subgraphs/kit/admission.ts";
import { signAnswer, signCall, verifyAnswer, verifyCall } from "../../trust/call-signature.ts";
import { hmacSha256 } from "../../trust/http-signature.ts";
import { createPossessionCheck } from "../../trust/possession.ts";
import { createReplayGuard } from "../../trust/replay.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { createProver } from "../proofs.ts";

/** Microseconds of processor time for one request, by part. */
export type PartCosts = Readonly<Record<string, number>>;

const times = 3_000;

/** The subgraphs that the main query asks. */
const departments = ["citizen", "health", "pension", "employment", "utilities"] as const;

/** @param url of the graph, for which the proofs are made */
export async function measureParts(credentials: Credentials, url: string): Promise<PartCosts> {
  return {
    "proof of possession": await costOfProof(credentials, url),
    "access token, known already": await costOf(async () => {
      createHash("sha256").update(credentials.accessToken).digest("base64url");
    }),
    ...(await costOfTransactionTokens()),
    ...(await costOfSignatures()),
  };
}

async function costOfProof(credentials: Credentials, url: string): Promise<number> {
  const log = createLogger("bench", "silent");
  const check = createPossessionCheck(url, createReplayGuard({ shared: null, log }));
  const prove = createProver(credentials, "POST", url);
  const { d: _private, ...publicJwk } = credentials.dpopJwk;
  const keyThumbprint = await calculateJwkThumbprint(publicJwk);
  const claim = { method: "POST", token: credentials.accessToken, keyThumbprint };
  const proofs = Array.from({ length: times + warmUps }, () => prove().dpop);
  return await costOf(() => check(proofs.pop(), claim));
}

/** Minted once a minute, so what counts is to find it again here, and to know it again in each subgraph. */
async function costOfTransactionTokens(): Promise<PartCosts> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { privateKey: key, publicKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const issuer = "http://gateway.invalid";
  const keyThumbprint = await calculateJwkThumbprint((await crypto.subtle.exportKey("jwk", publicKey)) as JWK);
  const signer = { issuer, key, keyId: "bench", keyThumbprint };
  const tokenFor = createTransactionTokens(signer, { leaving: (caller) => caller });
  const caller = {
    subject: "citizen",
    clientId: "bench",
    scopes: new Set(departments.map((name) => `${name}:read`)),
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
  const signedIn = {
    kind: "signed in",
    caller,
    tokenId: randomUUID(),
    level: "urn:huimin:loa:1",
    signedInAt: 0,
    role: null,
  } as const;
  const admitting = departments.map((name) =>
    createAdmission({ name, gateway: { issuer, keys: async () => publicKey } }),
  );
  const bySecret = { keyThumbprint: undefined };
  const headers = await Promise.all(
    departments.map(async (name) => ({ [transactionTokenHeader]: await tokenFor(signedIn, name) })),
  );
  return {
    "transaction tokens, gateway": await costOf(async () => {
      for (const name of departments) await tokenFor(signedIn, name);
    }),
    "transaction tokens, subgraphs": await costOf(async () => {
      for (const [index, admit] of admitting.entries()) await admit(headers[index] ?? {}, bySecret);
    }),
  };
}

/** Of a call to each department, one and a half kilobytes, and of its answer, four. */
async function costOfSignatures(): Promise<PartCosts> {
  const key = hmacSha256("bench", randomBytes(32));
  const call = {
    method: "POST",
    authority: "localhost",
    target: "/graphql",
    contentType: json,
    token: "t".repeat(700),
  };
  const answer = { status: 200, contentType: json };
  const [asked, said] = ["a".repeat(1_500), "b".repeat(4_000)];
  const now = Math.floor(Date.now() / 1000);
  const { headers, made } = signCall(call, asked, key, randomUUID(), now);
  const answered = signAnswer(answer, said, made, key, now);
  const each = async (act: () => unknown) => {
    for (let count = 0; count < departments.length; count++) await act();
  };
  return {
    "signed calls, gateway": await costOf(() =>
      each(() => {
        signCall(call, asked, key, randomUUID(), now);
        verifyAnswer(answer, said, answered, made, key);
      }),
    ),
    "signed calls, subgraphs": await costOf(() =>
      each(async () => {
        await verifyCall(call, headers, () => key, now);
        signAnswer(answer, said, made, key, now);
      }),
    ),
  };
}

const json = "application/json";

const warmUps = 500;

async function costOf(act: () => Promise<unknown>): Promise<number> {
  for (let count = 0; count < warmUps; count++) await act();
  const before = process.cpuUsage();
  for (let count = 0; count < times; count++) await act();
  const { user, system } = process.cpuUsage(before);
  return Number(((user + system) / times).toFixed(1));
}
