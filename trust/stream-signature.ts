/**
 * The signatures of an answer that goes on. Its head is signed at once, as an answer without a digest; then each event,
 * the last one too, over the signature of the call, its number in the stream, its type and the digest of its data. So an
 * event that is left out, moved, repeated, changed, or of another stream does not fit. docs/subgraph-calls.md has the format.
 */
import { longestCallLife, type SignedAnswer } from "./call-signature.ts";
import {
  type Component,
  componentList,
  contentDigest,
  type MessageSigner,
  type MessageVerifier,
  signatureBase,
} from "./http-signature.ts";
import {
  type CallSignature,
  label,
  read,
  refused,
  requireFit,
  type SignatureHeaders,
  signed,
} from "./signature-headers.ts";

/** Signs the next event of a stream; gives the signature as the field `id` of the event has it. */
export type SignEvent = (type: string, data: string) => string;

/** An event whose signature was made, or checked. */
export interface SignedEvent {
  /** The signature of the call that it answers. */
  readonly call: string;
  /** From 1. */
  readonly number: number;
  readonly type: string;
  /** The `Content-Digest` of its data. */
  readonly digest: string;
}

/**
 * Checks the next event of a stream.
 *
 * @throws HuiminError `UNAUTHENTICATED` unless it is the one that was signed as the next
 */
export type VerifyEvent = (type: string, data: string, signature: string) => SignedEvent;

/** Signs the head of the stream that answers a call. */
export function signStreamHead(
  answer: SignedAnswer,
  to: CallSignature,
  key: MessageSigner,
  now: number,
): Omit<SignatureHeaders, "content-digest"> {
  const parameters = { created: now, expires: now + longestCallLife, nonce: to.nonce };
  const { "content-digest": _none, ...head } = signed(headComponents(answer, to), "", key, parameters);
  return head;
}

/**
 * Checks that a head is that of the stream which answers a call.
 *
 * @throws HuiminError `UNAUTHENTICATED`
 */
export function verifyStreamHead(
  answer: SignedAnswer,
  headers: SignatureHeaders,
  to: CallSignature,
  key: MessageVerifier,
): void {
  const components = headComponents(answer, to);
  const presented = read(components, headers);
  requireFit(components, presented, presented.keyId === key.keyId ? key : undefined);
  if (presented.nonce !== to.nonce) throw refused("the stream has the nonce of another call");
}

/** Signs the events of the stream that answers a call, in their order. */
export function createEventSigner(call: string, key: MessageSigner): SignEvent {
  let number = 0;
  return (type, data) => {
    number += 1;
    const base = eventBase({ call, number, type, digest: contentDigest(data) }, key.keyId);
    return `:${key.sign(base).toString("base64")}:`;
  };
}

/** Checks the events of the stream that answers a call, in the order in which they come. */
export function createEventVerifier(call: string, key: MessageVerifier): VerifyEvent {
  let number = 0;
  return (type, data, signature) => {
    number += 1;
    const event = { call, number, type, digest: contentDigest(data) };
    verifyEvent(event, signature, key);
    return event;
  };
}

const signaturePattern = /^:[A-Za-z0-9+/]{16,200}={0,2}:$/;

/**
 * Checks the signature of one event.
 *
 * @throws HuiminError `UNAUTHENTICATED`
 */
export function verifyEvent(event: SignedEvent, signature: string, key: MessageVerifier): void {
  if (!signaturePattern.test(signature)) throw refused(`event ${event.number} bears no signature`);
  const isFit = key.verify(eventBase(event, key.keyId), Buffer.from(signature.slice(1, -1), "base64"));
  if (!isFit) throw refused(`event ${event.number} is not the one that was signed as that`);
}

/** What of an event is signed, in the form of RFC 9421, 2.5, as if number and type were fields of a message. */
function eventBase({ call, number, type, digest }: SignedEvent, keyId: string): string {
  const components: Component[] = [
    [callComponent, call],
    ['"event-number"', String(number)],
    ['"event-type"', type],
    ['"content-digest"', digest],
  ];
  return signatureBase(components, `${componentList(components)};keyid="${keyId}"`);
}

const callComponent = `"signature";req;key="${label}"`;

function headComponents({ status, contentType }: SignedAnswer, to: CallSignature): Component[] {
  return [
    ['"@status"', String(status)],
    ['"content-type"', contentType],
    [callComponent, to.signature],
  ];
}
