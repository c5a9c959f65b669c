/**
 * The signatures of proofs of possession (RFC 9449, 4.2 and 4.3). They are checked by OpenSSL in the thread that asks:
 * Web Crypto's way to another thread and back costs more than half as much again as the check itself.
 */
import { constants, KeyObject, verify } from "node:crypto";
import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  type ProtectedHeaderParameters,
} from "jose";
import { LRUCache } from "lru-cache";
import { verifyEs256 } from "./ecdsa.ts";
import { HuiminError } from "./errors.ts";

type Fits = (signed: Buffer, signature: Buffer, key: KeyObject) => boolean;

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
const eddsa: Fits = (signed, signature, key) => verify(null, signed, key, signature);

/** Those of FAPI 2.0 (Security Profile, 5.4.1), by their names in RFC 7518, 8037 and 9864. */
const algorithms: ReadonlyMap<unknown, Fits> = new Map([
  ["ES256", verifyEs256],
  ["EdDSA", eddsa],
  ["Ed25519", eddsa],
  ["PS256", (signed, signature, key) => verify("sha256", signed, { key, ...pss }, signature)],
] satisfies [string, Fits][]);

/** Algorithms of proofs. */
export const proofAlgorithms = [...algorithms.keys()].map(String);

/** Bits of an RSA key. A longer one would let its holder spend the time of everybody else. */
const [shortestModulus, longestModulus] = [2048, 4096];

/** Characters of a header: one with the longest RSA key has about 1,000. It is kept with the key. */
const longestHeader = 2_000;

/** Most keys that are kept ready. Who is forgotten has hers read again. */
const maxKeys = 10_000;

/** A key with the header that presented it. */
interface KnownKey {
  /** The header as it came, in base64url. */
  readonly header: string;
  readonly fits: (signed: Buffer, signature: Buffer) => boolean;
}

/**
 * Gives the payload of a proof that is well signed by the key of the thumbprint.
 *
 * @param proof a JWS in compact form (RFC 7515, 7.1)
 * @throws HuiminError `DPOP_PROOF_INVALID`, or what a parser throws for what is not well formed
 */
export type OpenProof = (proof: string, keyThumbprint: string) => Promise<unknown>;

/**
 * A client sends the same header with every proof. It is judged once, and then known by its text, for as long as the
 * key in it is the one that a good token is bound to.
 */
export function createProofOpener(): OpenProof {
  const known = new LRUCache<string, KnownKey>({ max: maxKeys });
  const find = async (header: string, keyThumbprint: string): Promise<KnownKey> => {
    const before = known.get(keyThumbprint);
    if (before?.header === header) return before;
    const read = { header, fits: await readHeader(header, keyThumbprint) };
    known.set(keyThumbprint, read);
    return read;
  };
  return async (proof, keyThumbprint) => {
    const [header = "", payload = "", signature = "", ...more] = proof.split(".");
    if (more.length > 0) throw proofInvalid("it is no JWS");
    const { fits } = await find(header, keyThumbprint);
    const isFit = fits(Buffer.from(`${header}.${payload}`), Buffer.from(signature, "base64url"));
    if (!isFit) throw proofInvalid("it is not well signed");
    return JSON.parse(Buffer.from(payload, "base64url").toString());
  };
}

/** @throws HuiminError `DPOP_PROOF_INVALID` unless the header is a proof's and holds the public key of that thumbprint */
async function readHeader(header: string, keyThumbprint: string): Promise<KnownKey["fits"]> {
  if (header.length > longestHeader) throw proofInvalid("its header is longer than any key");
  const { typ, alg, jwk, crit } = decodeProtectedHeader(`${header}..`);
  if (!isProofType(typ)) throw proofInvalid("it is of another type");
  const fits = algorithms.get(alg);
  if (!fits || alg === undefined) throw proofInvalid("its algorithm is not allowed");
  if (crit !== undefined) throw proofInvalid("it demands what is not known here");
  if (!jwk) throw proofInvalid("its header holds no key");
  if ((await calculateJwkThumbprint(jwk)) !== keyThumbprint) throw proofInvalid("the token is bound to another key");
  const key = await readPublicKey(jwk, alg);
  return (signed, signature) => fits(signed, signature, key);
}

/** A media type without its tree, in any case (RFC 7515, 4.1.9). */
function isProofType(typ: ProtectedHeaderParameters["typ"]): boolean {
  return typ?.toLowerCase().replace(/^application\//, "") === "dpop+jwt";
}

async function readPublicKey(jwk: JWK, alg: string): Promise<KeyObject> {
  const imported = await importJWK(jwk, alg);
  if (imported instanceof Uint8Array || imported.type !== "public")
    throw proofInvalid("its header holds no public key");
  const key = KeyObject.from(imported);
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && (bits < shortestModulus || bits > longestModulus)) {
    throw proofInvalid(`its key must have ${shortestModulus} to ${longestModulus} bits`);
  }
  return key;
}

/** @param why for the log */
export function proofInvalid(why: string): HuiminError {
  return new HuiminError("DPOP_PROOF_INVALID", { detail: `the proof of possession does not count: ${why}` });
}
