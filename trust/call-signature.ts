/**
 * The signatures of a call to a subgraph and of its answer. The call's covers what is asked and for whom; the answer's
 * covers the call's too, so that both together prove what was said to what. docs/subgraph-calls.md has the format.
 */
import { type Component, contentDigest, type MessageSigner, type MessageVerifier } from "./http-signature.ts";
import {
  type CallSignature,
  label,
  memberOf,
  read,
  refused,
  requireFit,
  type SignatureHeaders,
  signed,
} from "./signature-headers.ts";

/** Longest time for which a signed call counts, in seconds. */
export const longestCallLife = 60;

/** How long the gateway's own calls count, in seconds: longer than one takes, and short to remember. */
const callLife = 20;

/** How far two clocks may be apart, in seconds. */
const clockTolerance = 5;

/** What of a call is signed. Empty texts stand for headers that are not there. */
export interface SignedCall {
  readonly method: string;
  /** Host and port as in the header `Host`. */
  readonly authority: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  readonly contentType: string;
  /** The transaction token. */
  readonly token: string;
}

/** What of an answer is signed. */
export interface SignedAnswer {
  readonly status: number;
  readonly contentType: string;
}

/**
 * Signs a call.
 *
 * @param nonce never the same twice
 * @param now seconds since the epoch
 */
export function signCall(
  call: SignedCall,
  body: string | Uint8Array,
  key: MessageSigner,
  nonce: string,
  now: number,
): { readonly headers: SignatureHeaders; readonly made: CallSignature } {
  const digest = contentDigest(body);
  const expires = now + callLife;
  const headers = signed(callComponents(call, digest), digest, key, { created: now, expires, nonce });
  return { headers, made: { signature: memberOf(headers.signature), nonce, expires, digest } };
}

/** Finds the key of a signature by its ID. */
export type FindKey = (keyId: string) => MessageVerifier | undefined | Promise<MessageVerifier | undefined>;

/**
 * Checks the signature of a call, all but its digest: that must be held against the body, and its nonce against those
 * that were seen.
 *
 * @throws HuiminError `UNAUTHENTICATED`, and what `findKey` throws
 */
export async function verifyCall(
  call: SignedCall,
  headers: SignatureHeaders,
  findKey: FindKey,
  now: number,
): Promise<CallSignature> {
  const components = callComponents(call, headers["content-digest"]);
  const presented = read(components, headers);
  const { created, expires } = presented;
  if (created > now + clockTolerance || expires < now || expires - created > longestCallLife) {
    throw refused("the signature is not of this minute");
  }
  requireFit(components, presented, await findKey(presented.keyId));
  return presented;
}

/** Signs the answer to a call. */
export function signAnswer(
  answer: SignedAnswer,
  body: string | Uint8Array,
  to: CallSignature,
  key: MessageSigner,
  now: number,
): SignatureHeaders {
  const digest = contentDigest(body);
  const parameters = { created: now, expires: now + longestCallLife, nonce: to.nonce };
  return signed(answerComponents(answer, digest, to), digest, key, parameters);
}

/**
 * Checks that an answer is the one to a call.
 *
 * @throws HuiminError `UNAUTHENTICATED`
 */
export function verifyAnswer(
  answer: SignedAnswer,
  body: string | Uint8Array,
  headers: SignatureHeaders,
  to: CallSignature,
  key: MessageVerifier,
): void {
  const components = answerComponents(answer, headers["content-digest"], to);
  const presented = read(components, headers);
  requireFit(components, presented, presented.keyId === key.keyId ? key : undefined);
  if (presented.nonce !== to.nonce) throw refused("the answer has the nonce of another call");
  if (presented.digest !== contentDigest(body)) throw refused("the body is not the one that was signed");
}

function callComponents({ method, authority, target, contentType, token }: SignedCall, digest: string): Component[] {
  const query = target.indexOf("?");
  return [
    ['"@method"', method],
    ['"@authority"', authority],
    ['"@path"', query === -1 ? target : target.slice(0, query)],
    ['"@query"', query === -1 ? "?" : target.slice(query)],
    ['"content-digest"', digest],
    ['"content-type"', contentType],
    ['"txn-token"', token],
  ];
}

function answerComponents({ status, contentType }: SignedAnswer, digest: string, to: CallSignature): Component[] {
  return [
    ['"@status"', String(status)],
    ['"content-digest"', digest],
    ['"content-type"', contentType],
    [`"signature";req;key="${label}"`, to.signature],
  ];
}
