/**
 * Whether the sender of an access token holds the key that the token is bound to: OAuth 2.0 Demonstrating Proof of
 * Possession (RFC 9449, 4.3 and 7). Each proof counts once, for one method, one address and one token.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { HuiminError } from "./errors.ts";
import { createProofOpener, type OpenProof, proofInvalid } from "./proof-signature.ts";

/** How far the clock of a client may be off, in seconds. */
const clockSkewSeconds = 60;

/** What a proof must prove. */
export interface Claim {
  /** Of the request. */
  readonly method: string;
  readonly token: string;
  /** SHA-256 thumbprint of the key that the token is bound to (RFC 7638). */
  readonly keyThumbprint: string;
}

/** A claim at an address. */
export interface ClaimAt extends Claim {
  /** The address as clients know it, without query, as `URL.href` writes it. */
  readonly target: string;
}

/** @throws HuiminError `DPOP_PROOF_INVALID` */
export type CheckPossession<C extends Claim = Claim> = (proof: string | undefined, claim: C) => Promise<void>;

/**
 * True for the first caller of a name within its time.
 *
 * @throws HuiminError `OVERLOADED` when there is no room: nothing is forgotten before its time
 */
export type MarkAsSeen = (name: string, seconds: number) => Promise<boolean>;

const proofShape = z.object({
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  jti: z.string().min(1).max(256),
  ath: z.string(),
  exp: z.number().optional(),
});

/** @param target the one address as clients know it */
export function createPossessionCheck(target: string, markAsSeen: MarkAsSeen, now = Date.now): CheckPossession {
  const check = createPossessionCheckAt(markAsSeen, now);
  const { href } = new URL(target);
  return (proof, claim) => check(proof, { ...claim, target: href });
}

/** For a service with many addresses. */
export function createPossessionCheckAt(markAsSeen: MarkAsSeen, now = Date.now): CheckPossession<ClaimAt> {
  const open = createProofOpener();
  return async (proof, { method, token, keyThumbprint, target }) => {
    if (proof === undefined) throw proofInvalid("the header DPoP is missing");
    const { htm, htu, iat, jti, ath, exp = iat } = await readProof(open, proof, keyThumbprint);
    if (htm !== method) throw proofInvalid("it is for another method");
    if (htu !== target && targetOf(htu) !== target) throw proofInvalid("it is for another address");
    if (ath !== createHash("sha256").update(token).digest("base64url")) throw proofInvalid("it is for another token");
    if (Math.abs(now() / 1000 - iat) > clockSkewSeconds || exp < now() / 1000 - clockSkewSeconds)
      throw proofInvalid("it is too old, or of the future");
    if (!(await markAsSeen(`${keyThumbprint} ${jti}`, 2 * clockSkewSeconds))) throw proofInvalid("it was used before");
  };
}

/** @throws HuiminError `DPOP_PROOF_INVALID` */
async function readProof(open: OpenProof, proof: string, keyThumbprint: string) {
  try {
    return proofShape.parse(await open(proof, keyThumbprint));
  } catch (error) {
    if (error instanceof HuiminError) throw error;
    throw proofInvalid(error instanceof z.ZodError ? "a claim is missing or malformed" : "it is not well formed");
  }
}

/** An address without query and fragment. A socket is opened by a GET of the http address (RFC 6455, 4.1). */
function targetOf(address: string): string | undefined {
  const url = URL.parse(address.replace(/^ws(?=s?:)/, "http"));
  if (!url) return undefined;
  url.search = "";
  url.hash = "";
  return url.href;
}
