/** Signed calls, on the side of the subgraph: only what the gateway has signed is read, and every answer to it is signed. */
import { KeyObject } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { JWTVerifyGetKey } from "jose";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { refusal } from "../../trust/access-token.ts";
import { answerSigner, answerVerifier, type CallKey } from "../../trust/call-keys.ts";
import { type FindKey, longestCallLife, signAnswer, verifyCall } from "../../trust/call-signature.ts";
import { HuiminError } from "../../trust/errors.ts";
import { contentDigest, ecdsaP256Verifier, type MessageVerifier } from "../../trust/http-signature.ts";
import { createReplayGuard } from "../../trust/replay.ts";
import { type CallSignature, signatureHeaders } from "../../trust/signature-headers.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";

export interface SignedCallsOptions {
  /** The subgraph's name: the ID of its key. */
  readonly name: string;
  /** The secret that it shares with the gateway; or its own private key, beside which the gateway's public ones count. */
  readonly callKey: CallKey;
  readonly gateway: { readonly keys: JWTVerifyGetKey };
  /** What all replicas of the subgraph share, to answer no call twice; each remembers for itself unless given. */
  readonly shared?: Pick<KeyValueStore, "add"> | undefined;
}

/** How long a call is remembered, in seconds: as long as one may count, by two clocks that are not the same. */
const rememberedFor = longestCallLife + 10;

const now = () => Math.floor(Date.now() / 1000);
const nothing = Buffer.alloc(0);

/**
 * Refuses every request of these routes that bears no good signature before its body is read (`UNAUTHENTICATED`), and
 * one whose body is not the one that was signed before it is used. Bodies must be parsed as buffers.
 */
export function requireSignedCalls(scope: FastifyInstance, options: SignedCallsOptions): void {
  const signer = answerSigner(options.name, options.callKey);
  const findKey = keysOfGateway(options);
  const markAsSeen = createReplayGuard({ shared: options.shared ?? null, log: scope.log });
  const calls = new WeakMap<FastifyRequest, CallSignature>();
  scope.addHook("onRequest", async (request) => {
    const call = await verifyCall(signedPart(request), signatureHeaders(request.headers), findKey, now());
    if (!(await markAsSeen(call.nonce, rememberedFor))) {
      throw new HuiminError("UNAUTHENTICATED", { detail: "the call has been answered already" });
    }
    calls.set(request, call);
  });
  scope.addHook("preHandler", async (request) => {
    const content = Buffer.isBuffer(request.body) ? request.body : nothing;
    if (calls.get(request)?.digest === contentDigest(content)) return;
    throw new HuiminError("UNAUTHENTICATED", { detail: "the body is not the one that was signed" });
  });
  scope.addHook("onSend", async (request, reply, payload) => {
    const call = calls.get(request);
    if (!call || !(typeof payload === "string" || Buffer.isBuffer(payload))) return;
    const contentType = String(reply.getHeader("content-type") ?? "");
    reply.headers({ ...signAnswer({ status: reply.statusCode, contentType }, payload, call, signer, now()) });
  });
}

function signedPart({ method, headers, url }: FastifyRequest) {
  const { host = "", "content-type": contentType = "", [transactionTokenHeader]: token } = headers;
  return {
    method,
    authority: host.toLowerCase(),
    target: url,
    contentType,
    token: typeof token === "string" ? token : "",
  };
}

/** With what calls may be signed: the shared secret, or the key that the gateway publishes under that ID. */
function keysOfGateway({ name, callKey, gateway }: SignedCallsOptions): FindKey {
  if (callKey.algorithm === "hmac-sha256") {
    const shared = answerVerifier(name, callKey);
    return (keyId) => (keyId === name ? shared : undefined);
  }
  const known = new WeakMap<object, MessageVerifier>();
  return async (keyId) => {
    const key = await publicKey(gateway.keys, keyId);
    if (!(key instanceof CryptoKey)) return undefined;
    const verifier = known.get(key) ?? ecdsaP256Verifier(keyId, KeyObject.from(key));
    known.set(key, verifier);
    return verifier;
  };
}

/** The key that the gateway publishes under an ID; it is found as the keys of its tokens are. */
async function publicKey(keys: JWTVerifyGetKey, keyId: string) {
  try {
    return await keys({ alg: "ES256", kid: keyId }, { payload: "", signature: "" });
  } catch (error) {
    throw refusal(error);
  }
}
