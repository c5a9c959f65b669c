/** What is kept of a call to a company and its answer, so that neither can deny it: signatures and digests, no content. */
import { z } from "zod";
import { verifyAnswer, verifyCall } from "./call-signature.ts";
import { HuiminError } from "./errors.ts";
import { contentDigest, type MessageVerifier } from "./http-signature.ts";
import { type CallSignature, memberOf, type SignatureHeaders } from "./signature-headers.ts";
import { verifyEvent } from "./stream-signature.ts";

const headersOfSignature = z.object({
  "content-digest": z.string(),
  "signature-input": z.string(),
  signature: z.string(),
});

/** One call and its answer, as the log has them. */
export const callEvidence = z.object({
  subgraph: z.string(),
  /** Where the call went. */
  address: z.url(),
  call: headersOfSignature,
  answer: headersOfSignature.extend({ status: z.int(), contentType: z.string() }),
});

export type CallEvidence = Readonly<z.output<typeof callEvidence>>;

/** One event of a stream, as the log has it. What was asked stands in the line of the call with the same signature. */
export const eventEvidence = z.object({
  subgraph: z.string(),
  call: z.string(),
  number: z.int(),
  type: z.string(),
  digest: z.string(),
  signature: z.string(),
});

export type EventEvidence = Readonly<z.output<typeof eventEvidence>>;

/** What somebody claims to have asked; with the transaction token that went with it. */
export interface ClaimedCall {
  readonly body: Uint8Array;
  readonly token: string;
}

/**
 * Checks that the company has answered `body` to that call.
 *
 * @throws HuiminError whose `detail` says what does not fit
 */
export function proveAnswer({ call, answer }: CallEvidence, body: Uint8Array, companyKey: MessageVerifier): void {
  verifyAnswer(answer, body, answer, callSignature(call), companyKey);
}

/**
 * Checks that the company has sent `data` as that event of the stream.
 *
 * @throws HuiminError whose `detail` says what does not fit
 */
export function proveEvent(evidence: EventEvidence, data: Uint8Array, companyKey: MessageVerifier): void {
  verifyEvent(evidence, evidence.signature, companyKey);
  requireDigest(evidence.digest, data);
}

/**
 * Checks that the gateway has asked just that.
 *
 * @throws HuiminError whose `detail` says what does not fit
 */
export async function proveCall(
  { call, address }: CallEvidence,
  { body, token }: ClaimedCall,
  findGatewayKey: (keyId: string) => MessageVerifier | undefined,
): Promise<void> {
  const { host: authority, pathname, search } = new URL(address);
  const asked = { method: "POST", authority, target: pathname + search, contentType: "application/json", token };
  const { digest } = await verifyCall(asked, call, findGatewayKey, Number(parameterOf(call, "created")));
  requireDigest(digest, body);
}

function requireDigest(digest: string, content: Uint8Array): void {
  if (digest === contentDigest(content)) return;
  throw new HuiminError("UNAUTHENTICATED", { detail: "the body is not the one that was signed" });
}

function callSignature(call: SignatureHeaders): CallSignature {
  return {
    signature: memberOf(call.signature),
    nonce: parameterOf(call, "nonce"),
    expires: Number(parameterOf(call, "expires")),
    digest: call["content-digest"],
  };
}

function parameterOf({ "signature-input": input }: SignatureHeaders, name: string): string {
  return new RegExp(`;${name}="?([^";]+)`).exec(input)?.[1] ?? "";
}
