/** Who is asking: an access token becomes a caller, no token an anonymous one. */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Logger } from "../../platform/log.ts";
import { type AccessTokenPolicy, type TokenHolder, verifyAccessToken } from "../../trust/access-token.ts";
import type { Caller } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import type { Sectors } from "../boundary/sectors.ts";
import type { HttpRequest } from "../http/request.ts";
import { bearerToken } from "./bearer.ts";
import type { Revocations } from "./revocations.ts";

/** Somebody who showed a good access token. */
export interface SignedIn {
  readonly kind: "signed in";
  readonly caller: Caller;
  /** SHA-256 of the access token: tells tokens apart where the token itself must not be kept. */
  readonly tokenId: string;
}

/** Somebody who showed nothing: may read the schema, and no data. */
export interface Anonymous {
  readonly kind: "anonymous";
}

/** Anybody, at a gateway without sign-in: whatever she shows is for the subgraphs to judge. */
export interface Unchecked {
  readonly kind: "unchecked";
}

export type Admitted = SignedIn | Anonymous | Unchecked;

/** For whom the later stations run, and the log that bears her request's ID. */
export interface Errand {
  readonly admitted: Admitted;
  readonly log: RequestLog;
  /** Headers of the client that go to subgraphs as they are; only for a gateway without sign-in. */
  readonly forwarded?: { readonly authorization?: string };
}

/** What admission knows of a request. */
export interface Admission extends Pick<Errand, "admitted" | "forwarded"> {
  /** What a good access token said of itself. */
  readonly holder?: TokenHolder;
}

/** Decides for whom a request is carried out. Throws the HuiminError with which it is refused. */
export type Admit = (request: Pick<HttpRequest, "url" | "headers">) => Promise<Admission>;

export type RequestLog = Pick<Logger, "debug" | "warn" | "error">;

/** Whoever shows nothing. */
export const anonymous: Anonymous = Object.freeze({ kind: "anonymous" });

const anonymousAdmission: Admission = Object.freeze({ admitted: anonymous });
const unchecked: Admission = Object.freeze({ admitted: Object.freeze({ kind: "unchecked" }) });

/** Most tokens that are remembered as verified. */
const rememberedTokens = 10_000;

/** Knows whether the rights of good tokens still stand. */
type Standing = Pick<Revocations, "refusalOf" | "begun">;

/**
 * Makes the function that admits requests. A token is verified once and then remembered by its hash
 * until it expires; whether it has been revoked meanwhile is asked every time.
 *
 * The function throws what `bearerToken`, `verifyAccessToken` and `sectors.entering` throw, and `TOKEN_INVALID` or
 * `REVOCATIONS_UNKNOWN`.
 */
export function createAdmission(
  policy: AccessTokenPolicy,
  sectors: Pick<Sectors, "entering">,
  revocations: Standing,
): Admit {
  const verified = new LRUCache<string, Admission & { readonly admitted: SignedIn }>({ max: rememberedTokens });
  const standing = async (admission: Admission): Promise<Admission> => {
    await revocations.begun();
    const refusal = revocations.refusalOf(admission);
    if (refusal) throw new HuiminError(refusal);
    return admission;
  };
  return async (request) => {
    const token = bearerToken(request);
    if (token === undefined) return anonymousAdmission;
    const tokenId = createHash("sha256").update(token).digest("base64url");
    const known = verified.get(tokenId);
    if (known && known.admitted.caller.expiresAt > Date.now() / 1000) return await standing(known);
    verified.delete(tokenId);
    const caller = sectors.entering(await verifyAccessToken(token, policy));
    const admitted: SignedIn = Object.freeze({ kind: "signed in", caller, tokenId });
    const admission = Object.freeze({ admitted, holder: caller });
    verified.set(tokenId, admission);
    return await standing(admission);
  };
}

/** Admits everybody; credentials go on to the subgraphs. For a gateway without sign-in. */
export const admitEverybody: Admit = async ({ headers: { authorization } }) =>
  authorization === undefined ? unchecked : { ...unchecked, forwarded: { authorization } };

/**
 * Holds an operation against who asks for it.
 *
 * @throws HuiminError `UNAUTHENTICATED` when nobody is signed in and the operation reads data
 */
export function requireCaller(admitted: Admitted, operation: { readonly readsData: boolean }): void {
  if (admitted.kind === "anonymous" && operation.readsData) throw new HuiminError("UNAUTHENTICATED");
}
