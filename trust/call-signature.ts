/**
 * The signatures of a call to a subgraph and of its answer. The call's covers what is asked and for whom; the answer's
 * covers the call's too, so that both together prove what was said to what. docs/subgraph-calls.md has the format.
 */
import { HuiminError } from "./errors.ts";
import {
  type Component,
  componentList,
  contentDigest,
  type MessageSigner,
  type MessageVerifier,
  signatureBase,
} from "./http-signature.ts";

/** Longest time for which a signed call counts, in seconds. */
export const longestCallLife = 60;

/** How long the gateway's own calls count, in seconds: longer than one takes, and short to remember. */
const callLife = 20;

/** How far two clocks may be apart, in seconds. */
const clockTolerance = 5;

/** The signature's name in its headers. */
const label = "huimin";

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

/** The headers of a signature, by the names in which Node gives them. */
export interface SignatureHeaders {
  readonly "content-digest": string;
  readonly "signature-input": string;
  readonly signature: string;
}

/** A signature that has been made, or checked. */
export interface CallSignature {
  /** The signature, as its header has it; what binds the answer to the call. */
  readonly signature: string;
  readonly nonce: string;
  /** When it ends, in seconds since the epoch. */
  readonly expires: number;
  /** The `Content-Digest` that it covers. */
  readonly digest: string;
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
  headers: Partial<SignatureHeaders>,
  findKey: FindKey,
  now: number,
): Promise<CallSignature> {
  const components = callComponents(call, headers["content-digest"] ?? "");
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
  headers: Partial<SignatureHeaders>,
  to: CallSignature,
  key: MessageVerifier,
): void {
  const components = answerComponents(answer, headers["content-digest"] ?? "", to);
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

interface Parameters {
  readonly created: number;
  readonly expires: number;
  readonly nonce: string;
}

function signed(
  components: readonly Component[],
  digest: string,
  key: MessageSigner,
  { created, expires, nonce }: Parameters,
): SignatureHeaders {
  const list = componentList(components);
  const parameters = `${list};created=${created};expires=${expires};nonce="${nonce}";keyid="${key.keyId}"`;
  const signature = key.sign(signatureBase(components, parameters)).toString("base64");
  return {
    "content-digest": digest,
    "signature-input": `${label}=${parameters}`,
    signature: `${label}=:${signature}:`,
  };
}

function memberOf(signature: string): string {
  return signature.slice(label.length + 1);
}

const inputPattern = /^huimin=(?<parameters>(?<list>\([^()]*\));[\x20-\x7e]*)$/;
const signaturePattern = /^huimin=:[A-Za-z0-9+/]{16,200}={0,2}:$/;
const longestInput = 1_000;

/** A signature as its headers present it; nothing of it is checked yet but its form. */
interface Presented extends CallSignature, Parameters {
  readonly keyId: string;
  /** The member of `Signature-Input`. */
  readonly parameters: string;
}

function read(components: readonly Component[], headers: Partial<SignatureHeaders>): Presented {
  const { "signature-input": input = "", signature = "", "content-digest": digest = "" } = headers;
  if (input === "" || signature === "" || digest === "") throw refused("there is no signature");
  const { parameters = "", list } = (input.length <= longestInput && inputPattern.exec(input)?.groups) || {};
  if (list !== componentList(components) || !signaturePattern.test(signature)) {
    throw refused("the signature does not cover what it must");
  }
  return { ...readParameters(parameters.slice(list.length)), parameters, signature: memberOf(signature), digest };
}

function requireFit(
  components: readonly Component[],
  { parameters, signature }: Presented,
  key: MessageVerifier | undefined,
): void {
  if (!key) throw refused("the signature is of an unknown key");
  const isFit = key.verify(signatureBase(components, parameters), Buffer.from(signature.slice(1, -1), "base64"));
  if (!isFit) throw refused("the signature does not fit");
}

/** Parameters in any order, each once, and no other: all of them are covered whatever their order. */
function readParameters(text: string): Parameters & { readonly keyId: string } {
  const { created, expires, nonce, keyid, ...others } = Object.fromEntries(
    text
      .slice(1)
      .split(";")
      .map((each): [string, string] => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]),
  );
  const [from, until] = [created, expires].map((time) => (time && /^\d{1,12}$/.test(time) ? Number(time) : undefined));
  const [once, keyId] = [nonce, keyid].map((value) => value && /^"([\w.:-]{1,100})"$/.exec(value)?.[1]);
  if (
    from === undefined ||
    until === undefined ||
    !once ||
    !keyId ||
    Object.keys(others).some((name) => name !== "alg")
  ) {
    throw refused("the signature lacks created, expires, nonce or keyid");
  }
  return { created: from, expires: until, nonce: once, keyId };
}

function refused(detail: string): HuiminError {
  return new HuiminError("UNAUTHENTICATED", { message: "This service answers the gateway only.", detail });
}
