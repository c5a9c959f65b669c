/** Who is asking: the caller in the gateway's transaction token. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { JWTVerifyGetKey } from "jose";
import { LRUCache } from "lru-cache";
import { type Caller, readScope } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import {
  transactionTokenHeader,
  type VerifiedTransactionToken,
  verifyTransactionToken,
} from "../../trust/transaction-token.ts";
import type { CallSigner } from "./gateway-call-keys.ts";

/** The subgraph, and the gateway whose tokens count. */
export interface AdmissionPolicy {
  readonly name: string;
  readonly gateway: { readonly issuer: string; readonly keys: JWTVerifyGetKey };
}

/** Most tokens that are remembered as verified; the gateway sends each one for up to a minute. */
const rememberedTokens = 10_000;

/** Admits a request that `signer` has signed. */
export type Admit = (headers: IncomingHttpHeaders, signer: CallSigner) => Promise<Caller>;

/**
 * Makes the function that admits requests. A token is verified once and then remembered, by its hash, until
 * it expires.
 *
 * The function throws what `verifyTransactionToken` throws, `TOKEN_INVALID` when the call is signed with another key than
 * the one that the token is bound to, and `FORBIDDEN` without the subgraph's scope.
 */
export function createAdmission({ name, gateway }: AdmissionPolicy): Admit {
  const verified = new LRUCache<string, VerifiedTransactionToken>({ max: rememberedTokens });
  const verify = async (token: string): Promise<VerifiedTransactionToken> => {
    const id = createHash("sha256").update(token).digest("base64url");
    const known = verified.get(id);
    if (known && known.caller.expiresAt > Date.now() / 1000) return known;
    verified.delete(id);
    const good = await verifyTransactionToken(token, { ...gateway, subgraph: name });
    verified.set(id, good);
    return good;
  };
  return async (headers, { keyThumbprint }) => {
    const token = headers[transactionTokenHeader];
    const { caller, boundTo } = await verify(typeof token === "string" ? token : "");
    // A secret has no thumbprint: only the gateway shares it, and its signature covers this token.
    if (keyThumbprint !== undefined && keyThumbprint !== boundTo) {
      throw new HuiminError("TOKEN_INVALID", { detail: "the token is bound to another key than the call's" });
    }
    if (!caller.scopes.has(readScope(name))) throw new HuiminError("FORBIDDEN");
    return caller;
  };
}
