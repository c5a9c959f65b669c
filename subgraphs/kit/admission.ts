/** Who is asking: the caller in the gateway's transaction token. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { JWTVerifyGetKey } from "jose";
import { LRUCache } from "lru-cache";
import { type Caller, readScope } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import { transactionTokenHeader, verifyTransactionToken } from "../../trust/transaction-token.ts";

/** The subgraph, and the gateway whose tokens count. */
export interface AdmissionPolicy {
  readonly name: string;
  readonly gateway: { readonly issuer: string; readonly keys: JWTVerifyGetKey };
}

/** Most tokens that are remembered as verified; the gateway sends each one for up to a minute. */
const rememberedTokens = 10_000;

/**
 * Makes the function that admits requests. A token is verified once and then remembered, by its hash, until
 * it expires.
 *
 * The function throws what `verifyTransactionToken` throws, and `FORBIDDEN` without the subgraph's scope.
 */
export function createAdmission({ name, gateway }: AdmissionPolicy): (headers: IncomingHttpHeaders) => Promise<Caller> {
  const verified = new LRUCache<string, Caller>({ max: rememberedTokens });
  const verify = async (token: string): Promise<Caller> => {
    const id = createHash("sha256").update(token).digest("base64url");
    const known = verified.get(id);
    if (known && known.expiresAt > Date.now() / 1000) return known;
    verified.delete(id);
    const caller = await verifyTransactionToken(token, { ...gateway, subgraph: name });
    verified.set(id, caller);
    return caller;
  };
  return async (headers) => {
    const token = headers[transactionTokenHeader];
    const caller = await verify(typeof token === "string" ? token : "");
    if (!caller.scopes.has(readScope(name))) throw new HuiminError("FORBIDDEN");
    return caller;
  };
}
