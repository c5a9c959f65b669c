/**
 * Whether the sender of an access token holds the key that the token is bound to: OAuth 2.0 Demonstrating Proof of
 * Possession (RFC 9449, 4.3 and 7). Each proof counts once, for one method, one address and one token.
 */
import { createHash } from "node:crypto";
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK, type JWTHeaderParameters, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { HuiminError } from "./errors.ts";

/** Algorithms of proofs: those of FAPI 2.0 (Security Profile, 5.4.1). */
export const proofAlgorithms = ["ES256", "EdDSA", "Ed25519", "PS256"];

/** How far the clock of a client may be off, in seconds. */
const clockSkewSeconds = 60;

/** Most keys that are kept ready. Who is forgotten has hers read again. */
const maxKeys = 10_000;

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
});

/** @param target the one address as clients know it */
export function createPossessionCheck(target: string, markAsSeen: MarkAsSeen, now = Date.now): CheckPossession {
  const check = createPossessionCheckAt(markAsSeen, now);
  const { href } = new URL(target);
  return (proof, claim) => check(proof, { ...claim, target: href });
}

/** For a service with many addresses. */
export function createPossessionCheckAt(markAsSeen: MarkAsSeen, now = Date.now): CheckPossession<ClaimAt> {
  const findKey = createKeyFinder();
  return async (proof, { method, token, keyThumbprint, target }) => {
    if (proof === undefined) throw invalid("the header DPoP is missing");
    const { htm, htu, iat, jti, ath } = await readProof(proof, (header) => findKey(header, keyThumbprint));
    if (htm !== method) throw invalid("it is for another method");
    if (targetOf(htu) !== target) throw invalid("it is for another address");
    if (ath !== createHash("sha256").update(token).digest("base64url")) throw invalid("it is for another token");
    if (Math.abs(now() / 1000 - iat) > clockSkewSeconds) throw invalid("it is too old, or of the future");
    if (!(await markAsSeen(`${keyThumbprint} ${jti}`, 2 * clockSkewSeconds))) throw invalid("it was used before");
  };
}

async function readProof(proof: string, key: (header: JWTHeaderParameters) => Promise<CryptoKey>) {
  try {
    const { payload } = await jwtVerify(proof, key, {
      typ: "dpop+jwt",
      algorithms: proofAlgorithms,
      clockTolerance: clockSkewSeconds,
    });
    return proofShape.parse(payload);
  } catch (error) {
    if (error instanceof HuiminError) throw error;
    throw invalid(error instanceof z.ZodError ? "a claim is missing or malformed" : "it is not well signed");
  }
}

/**
 * Reads keys from the headers of proofs. A key is kept by its thumbprint once it turned out to be the one that a
 * good token is bound to: reading one costs as much as verifying with it.
 */
function createKeyFinder() {
  const keys = new LRUCache<string, { readonly jwk: string; readonly key: CryptoKey }>({ max: maxKeys });
  return async ({ alg, jwk }: JWTHeaderParameters, thumbprint: string): Promise<CryptoKey> => {
    if (!jwk) throw invalid("its header holds no key");
    const text = `${alg} ${JSON.stringify(jwk)}`;
    const known = keys.get(thumbprint);
    if (known?.jwk === text) return known.key;
    if ((await calculateJwkThumbprint(jwk)) !== thumbprint) throw invalid("the token is bound to another key");
    const key = await readPublicKey(jwk, alg);
    keys.set(thumbprint, { jwk: text, key });
    return key;
  };
}

async function readPublicKey(jwk: JWK, alg: string): Promise<CryptoKey> {
  const key = await importJWK(jwk, alg);
  if (key instanceof Uint8Array || key.type !== "public") throw invalid("its header holds no public key");
  return key;
}

/** An address without query and fragment. A socket is opened by a GET of the http address (RFC 6455, 4.1). */
function targetOf(address: string): string | undefined {
  const url = URL.parse(address.replace(/^ws(?=s?:)/, "http"));
  if (!url) return undefined;
  url.search = "";
  url.hash = "";
  return url.href;
}

function invalid(why: string): HuiminError {
  return new HuiminError("DPOP_PROOF_INVALID", { detail: `the proof of possession does not count: ${why}` });
}
