/** Signed calls, on the side of the gateway: every call is signed, and only the signed answer to it is believed. */
import { type KeyObject, randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { CallEvidence } from "../../trust/call-evidence.ts";
import { answerVerifier, type CallKey } from "../../trust/call-keys.ts";
import { signCall, verifyAnswer } from "../../trust/call-signature.ts";
import { HuiminError } from "../../trust/errors.ts";
import { ecdsaP256Signer, hmacSha256 } from "../../trust/http-signature.ts";
import { signatureHeaders } from "../../trust/signature-headers.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";

/** A call that is signed, and the check of the answer to it. */
export interface SealedCall {
  readonly headers: Record<string, string>;
  /** What is wrong with the answer, for the log; undefined for nothing. */
  faultOf(status: number, headers: IncomingHttpHeaders, content: Uint8Array): string | undefined;
}

/** Signs a call by POST. Never the same signature twice. */
export type SealCall = (body: string, headers: Record<string, string>) => SealedCall;

/** Keeps what proves a call to a company and its answer. */
export type KeepEvidence = (evidence: CallEvidence) => void;

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
    return {
      headers: { ...more, "content-type": contentType, [transactionTokenHeader]: token, ...headers },
      faultOf(status, answered, content) {
        const answer = { status, contentType: answered["content-type"] ?? "" };
        const signature = signatureHeaders(answered);
        try {
          verifyAnswer(answer, content, signature, made, verifier);
        } catch (error) {
          if (!(error instanceof HuiminError)) throw error;
          return `its answer with status ${status} is refused: ${error.detail}`;
        }
        if (!isShared)
          keepEvidence({ subgraph, address: address.href, call: headers, answer: { ...answer, ...signature } });
        return undefined;
      },
    };
  };
}
