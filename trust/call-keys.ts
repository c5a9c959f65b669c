/**
 * The keys of signed calls, as configuration writes them: `hmac-sha256:` or `ed25519:`, and 32 bytes in base64url. While
 * keys change there are two of an algorithm, with a `+` between them: the first signs, and both count.
 */
import { z } from "zod";
import { secretBytes } from "../platform/config.ts";
import {
  ed25519Signer,
  ed25519Verifier,
  hmacSha256,
  type MessageSigner,
  type MessageVerifier,
} from "./http-signature.ts";

/** A key by its algorithm: a secret of both sides, or one half of a pair. */
export interface CallKey {
  readonly algorithm: "hmac-sha256" | "ed25519";
  readonly bytes: Uint8Array;
  /** A second key that counts while keys change: the one before, or the one to come. */
  readonly further?: Uint8Array;
}

const algorithms = ["hmac-sha256", "ed25519"] as const;
const bytes = secretBytes(32);

/** Reads a key, or two; undefined when it is none. */
export function readCallKey(text: string): CallKey | undefined {
  const algorithm = algorithms.find((each) => text.startsWith(`${each}:`));
  const read = text
    .slice((algorithm?.length ?? 0) + 1)
    .split("+")
    .map((key) => bytes.safeParse(key).data);
  const [first, further] = read;
  if (!algorithm || !first || read.length > 2 || read.includes(undefined)) return undefined;
  return { algorithm, bytes: first, ...(further && { further }) };
}

/** The setting of a subgraph: its secret, with another one while they change; or its private key, which is one. */
export const callKey = z.string().transform((text, context): CallKey => {
  const key = readCallKey(text);
  if (key && !(key.algorithm === "ed25519" && key.further)) return key;
  context.addIssue(
    "must be hmac-sha256: and one or two secrets with a + between them, or ed25519: and 32 bytes, in base64url",
  );
  return z.NEVER;
});

/** With what a subgraph signs its answers: its own private key, or the first secret that it shares with the gateway. */
export function answerSigner(subgraph: string, { algorithm, bytes: key }: CallKey): MessageSigner {
  return algorithm === "ed25519" ? ed25519Signer(subgraph, key) : hmacSha256(subgraph, key);
}

/**
 * With what the gateway checks the answers of a subgraph: its public key, or that secret. A subgraph checks calls with the
 * secret in the same way.
 */
export function answerVerifier(subgraph: string, { algorithm, bytes: first, further }: CallKey): MessageVerifier {
  const verifierOf = algorithm === "ed25519" ? ed25519Verifier : hmacSha256;
  const verifiers = [first, ...(further ? [further] : [])].map((key) => verifierOf(subgraph, key));
  return { keyId: subgraph, verify: (base, signature) => verifiers.some((each) => each.verify(base, signature)) };
}
