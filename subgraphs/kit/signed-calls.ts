/** Signed calls, on the side of the subgraph: only what the gateway has signed is read, and every answer to it is signed. */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { JWTVerifyGetKey } from "jose";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { answerSigner, type CallKey } from "../../trust/call-keys.ts";
import { longestCallLife, signAnswer, verifyCall } from "../../trust/call-signature.ts";
import { HuiminError } from "../../trust/errors.ts";
import { contentDigest } from "../../trust/http-signature.ts";
import { createReplayGuard } from "../../trust/replay.ts";
import { type CallSignature, signatureHeaders } from "../../trust/signature-headers.ts";
import { createEventSigner, type SignEvent, signStreamHead } from "../../trust/stream-signature.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { type CallSigner, type GatewayCallKey, gatewayCallKeys } from "./gateway-call-keys.ts";

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
 *
 * @returns tells who has signed a request that was let in, and signs what is answered to it bit by bit
 */
export function requireSignedCalls(
  scope: FastifyInstance,
  options: SignedCallsOptions,
): (request: FastifyRequest) => CallSigner & { readonly signEvent: SignEvent } {
  const { name, callKey, gateway } = options;
  const signer = answerSigner(name, callKey);
  const findKey = gatewayCallKeys(name, callKey, gateway.keys);
  const markAsSeen = createReplayGuard({ shared: options.shared ?? null, log: scope.log });
  const calls = new WeakMap<FastifyRequest, CallSignature & CallSigner>();
  scope.addHook("onRequest", async (request) => {
    let key: GatewayCallKey | undefined;
    const find = async (keyId: string) => {
      key = await findKey(keyId);
      return key;
    };
    const call = await verifyCall(signedPart(request), signatureHeaders(request.headers), find, now());
    if (!(await markAsSeen(call.nonce, rememberedFor))) {
      throw new HuiminError("UNAUTHENTICATED", { detail: "the call has been answered already" });
    }
    calls.set(request, { ...call, keyThumbprint: key?.keyThumbprint });
  });
  scope.addHook("preHandler", async (request) => {
    const content = Buffer.isBuffer(request.body) ? request.body : nothing;
    if (calls.get(request)?.digest === contentDigest(content)) return;
    throw new HuiminError("UNAUTHENTICATED", { detail: "the body is not the one that was signed" });
  });
  scope.addHook("onSend", async (request, reply, payload) => {
    const call = calls.get(request);
    if (!call) return;
    const answer = { status: reply.statusCode, contentType: String(reply.getHeader("content-type") ?? "") };
    if (payload instanceof Readable) reply.headers({ ...signStreamHead(answer, call, signer, now()) });
    else if (typeof payload === "string" || Buffer.isBuffer(payload)) {
      reply.headers({ ...signAnswer(answer, payload, call, signer, now()) });
    }
  });
  return (request) => {
    const call = calls.get(request);
    if (!call) throw new HuiminError("UNAUTHENTICATED");
    return { keyThumbprint: call.keyThumbprint, signEvent: createEventSigner(call.signature, signer) };
  };
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
