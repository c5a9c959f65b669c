/** Signed calls, on the side of the gateway: every call is signed, and only the signed answer to it is believed. */
import { type KeyObject, randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { CallEvidence, EventEvidence } from "../../trust/call-evidence.ts";
import { answerVerifier, type CallKey } from "../../trust/call-keys.ts";
import { type SignedAnswer, signCall, verifyAnswer } from "../../trust/call-signature.ts";
import { HuiminError } from "../../trust/errors.ts";
import { ecdsaP256Signer, hmacSha256 } from "../../trust/http-signature.ts";
import { type SignatureHeaders, signatureHeaders } from "../../trust/signature-headers.ts";
import { createEventVerifier, verifyStreamHead } from "../../trust/stream-signature.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";

/** A call that is signed, and the check of the answer to it. */
export interface SealedCall {
  readonly headers: Record<string, string>;
  /** What is wrong with the answer, for the log; undefined for nothing. */
  faultOf(status: number, headers: IncomingHttpHeaders, content: Uint8Array): string | undefined;
  /**
   * Judges the head of an answer that goes on; gives the judge of its events, which are to be shown to it in their order.
   *
   * @throws Error (both) what is wrong, for the log
   */
  openStream(status: number, headers: IncomingHttpHeaders): (event: ServerSentEvent) => void;
}

/** An event of a stream; its signature is its `id`. */
export interface ServerSentEvent {
  readonly type: string;
  readonly data: string;
  readonly id: string;
}

/** Signs a call by POST. Never the same signature twice. */
export type SealCall = (body: string, headers: Record<string, string>) => SealedCall;

/** Keeps what proves a call to a company and its answer. */
export interface KeepEvidence {
  call(evidence: CallEvidence): void;
  event(evidence: EventEvidence): void;
}

/** The gateway's own key. */
export interface GatewayCallKey {
  readonly keyId: string;
  readonly key: KeyObject;
}

/**
 * Signs calls to the subgraph at `address`: with the secret that is shared with it, or with the gateway's own key when
 * the subgraph has a pair; then what was said is kept as evidence.
 */
export function createSealCall(
  subgraph: string,
  address: URL,
  key: CallKey,
  gateway: GatewayCallKey,
  keepEvidence: KeepEvidence,
): SealCall {
  const isShared = key.algorithm === "hmac-sha256";
  const signer = isShared ? hmacSha256(subgraph, key.bytes) : ecdsaP256Signer(gateway.keyId, gateway.key);
  const verifier = answerVerifier(subgraph, key);
  const fixed = { method: "POST", authority: address.host, target: address.pathname + address.search };
  return (body, { "content-type": contentType = "", [transactionTokenHeader]: token = "", ...more }) => {
    const now = Math.floor(Date.now() / 1000);
    const { headers, made } = signCall({ ...fixed, contentType, token }, body, signer, randomUUID(), now);
    const keepCall = (answer: SignedAnswer, signature: SignatureHeaders) => {
      if (isShared) return;
      keepEvidence.call({ subgraph, address: address.href, call: headers, answer: { ...answer, ...signature } });
    };
    return {
      headers: { ...more, "content-type": contentType, [transactionTokenHeader]: token, ...headers },
      faultOf(status, answered, content) {
        const answer = { status, contentType: answered["content-type"] ?? "" };
        const signature = signatureHeaders(answered);
        try {
          verifyAnswer(answer, content, signature, made, verifier);
        } catch (error) {
          return `its answer with status ${status} is refused: ${detailOf(error)}`;
        }
        keepCall(answer, signature);
        return undefined;
      },
      openStream(status, answered) {
        const answer = { status, contentType: answered["content-type"] ?? "" };
        const signature = signatureHeaders(answered);
        believed(() => verifyStreamHead(answer, signature, made, verifier));
        keepCall(answer, signature);
        const verifyNext = createEventVerifier(made.signature, verifier);
        return ({ type, data, id }) => {
          const event = believed(() => verifyNext(type, data, id));
          if (!isShared) keepEvidence.event({ subgraph, ...event, signature: id });
        };
      },
    };
  };
}

/** @throws Error, and no HuiminError: that would be told to whoever asks */
function believed<T>(verify: () => T): T {
  try {
    return verify();
  } catch (error) {
    throw new Error(`its stream is refused: ${detailOf(error)}`);
  }
}

/** Why a signature is refused. Anything else is thrown again. */
function detailOf(error: unknown): string | undefined {
  if (error instanceof HuiminError) return error.detail;
  throw error;
}
