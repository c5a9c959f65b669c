/** The keys of signed calls, as configuration writes them: `hmac-sha256:` or `ed25519:`, and 32 bytes in base64url. */
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
}

const algorithms = ["hmac-sha256", "ed25519"] as const;
const bytes = secretBytes(32);

/** Reads one key; undefined when it is none. */
export function readCallKey(text: string): CallKey | undefined {
  const algorithm = algorithms.find((each) => text.startsWith(`${each}:`));
  const read = bytes.safeParse(text.slice((algorithm?.length ?? 0) + 1));
  return algorithm && read.success ? { algorithm, bytes: read.data } : undefined;
}

/** The setting of a subgraph: its secret, or its private key. */
export const callKey = z.string().transform((text, context): CallKey => {
  const key = readCallKey(text);
  if (key) return key;
  context.addIssue("must be hmac-sha256: or ed25519: and 32 bytes in base64url");
  return z.NEVER;
});

/** With what a subgraph signs its answers: its own private key, or the secret that it shares with the gateway. */
export function answerSigner(subgraph: string, { algorithm, bytes: key }: CallKey): MessageSigner {
  return algorithm === "ed25519" ? ed25519Signer(subgraph, key) : hmacSha256(subgraph, key);
}

/** With what the gateway checks the answers of a subgraph: its public key, or that secret. */
export function answerVerifier(subgraph: string, { algorithm, bytes: key }: CallKey): MessageVerifier {
  return algorithm === "ed25519" ? ed25519Verifier(subgraph, key) : hmacSha256(subgraph, key);
}
