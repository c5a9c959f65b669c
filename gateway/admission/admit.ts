/** Who is asking: an access token becomes a caller, no token an anonymous one. */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { certificateThumbprint, clientCertificate } from "../../platform/client-certificate.ts";
import type { Logger } from "../../platform/log.ts";
import { type AccessTokenPolicy, type TokenHolder, verifyAccessToken } from "../../trust/access-token.ts";
import type { AssuranceLevel } from "../../trust/assurance.ts";
import type { Caller } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import type { CheckPossession } from "../../trust/possession.ts";
import { governmentSector } from "../../trust/pseudonym.ts";
import type { StatedPurpose } from "../../trust/purposes.ts";
import type { ClientBorder } from "../boundary/border.ts";
import type { Sectors } from "../boundary/sectors.ts";
import type { HttpRequest } from "../http/request.ts";
import { type PresentedToken, presentedToken } from "./presented-token.ts";
import { statedPurpose } from "./purpose.ts";
import type { Revocations } from "./revocations.ts";

/** Somebody who showed a good access token. */
export interface SignedIn {
  readonly kind: "signed in";
  readonly caller: Caller;
  /**
   * SHA-256 of the access token, with the purpose that is stated beside it; of a recorded read its transaction, which
   * stands for these and for whom it names. Tells rights apart where the token itself must not be kept.
   */
  readonly tokenId: string;
  /** Under which what she reads is recorded (`Read`); missing while nothing is. */
  readonly transaction?: string;
  /** How certain it is who signed in; null when nobody did for this token. */
  readonly level: AssuranceLevel | null;
  /** When she signed in, in seconds since the epoch; null as above. */
  readonly signedInAt: number | null;
  /** What a caseworker is in her department; null for everybody else. */
  readonly role: string | null;
  /** The sector of the client; missing for the departments'. */
  readonly sector?: string;
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
  /** Behind which her client knows citizens by other names; missing for a client of the departments. */
  readonly border?: ClientBorder | undefined;
}

/** The part of a request that says who sends it. */
export interface Presented extends Pick<HttpRequest, "method" | "url" | "headers"> {
  /** Her socket has proved already that it holds the key of this token. */
  readonly proven?: boolean;
}

/** Decides for whom a request is carried out. Throws the HuiminError with which it is refused. */
export type Admit = (request: Presented) => Promise<Admission>;

export type RequestLog = Pick<Logger, "debug" | "warn" | "error">;

/** The sector of the client that somebody uses. */
export function clientSector(admitted: Admitted): string {
  return (admitted.kind === "signed in" ? admitted.sector : undefined) ?? governmentSector;
}

/** Whether somebody reads others by profession, and so nothing without a purpose: a caseworker, or a company. */
export function needsPurpose({ role, caller }: SignedIn): boolean {
  return role !== null || caller.purpose !== undefined;
}

/** Those for whom somebody asks: the subject, and who acts for her. */
export function peopleOf(admitted: Admitted): readonly string[] {
  if (admitted.kind !== "signed in") return [];
  const { subject, actor } = admitted.caller;
  return actor ? [subject, actor] : [subject];
}

/** Whoever shows nothing. */
export const anonymous: Anonymous = Object.freeze({ kind: "anonymous" });

const anonymousAdmission: Admission = Object.freeze({ admitted: anonymous });
const unchecked: Admission = Object.freeze({ admitted: Object.freeze({ kind: "unchecked" }) });

/** Most tokens that are remembered as verified. */
const rememberedTokens = 10_000;

/** A verified token. */
interface Verified {
  readonly admission: Admission & { readonly admitted: SignedIn };
  readonly caller: TokenHolder;
}

/** What admission asks, each about one thing. */
export interface AdmissionParts {
  readonly accessTokens: AccessTokenPolicy;
  readonly sectors: Pick<Sectors, "entering" | "borderOfClients">;
  readonly checkPossession: CheckPossession;
  /** Where the proxy passes certificates of clients; without it no token that is bound to one counts. */
  readonly certificateHeader: string | undefined;
  /** Whether the rights of good tokens still stand. */
  readonly revocations: Pick<Revocations, "refusalOf" | "begun">;
}

/**
 * Makes the function that admits requests. A token is verified once and then remembered by its hash until it
 * expires; that its sender holds its key, and that it has not been revoked meanwhile, is asked every time.
 *
 * The function throws what `presentedToken`, `verifyAccessToken`, `sectors.entering` and `checkPossession` throw, and
 * `TOKEN_INVALID` or `REVOCATIONS_UNKNOWN`; for a stated purpose what `statedPurpose` throws.
 */
export function createAdmission(parts: AdmissionParts): Admit {
  const { accessTokens, sectors, revocations } = parts;
  const remembered = new LRUCache<string, Verified>({ max: rememberedTokens });
  const verify = async (token: string): Promise<Verified> => {
    const tokenId = createHash("sha256").update(token).digest("base64url");
    const known = remembered.get(tokenId);
    if (known && known.caller.expiresAt > Date.now() / 1000) return known;
    remembered.delete(tokenId);
    const holder = await verifyAccessToken(token, accessTokens);
    const caller = sectors.entering(holder);
    const border = sectors.borderOfClients(holder);
    const { level, signedInAt, role } = holder;
    const admitted: SignedIn = Object.freeze({
      kind: "signed in",
      caller,
      tokenId,
      level,
      signedInAt,
      role,
      ...(border && holder.sector !== null && { sector: holder.sector }),
    });
    const verified = { admission: Object.freeze({ admitted, holder: caller, border }), caller };
    remembered.set(tokenId, verified);
    return verified;
  };
  return async (request) => {
    const presented = presentedToken(request);
    if (presented === undefined) return anonymousAdmission;
    const { admission, caller } = await verify(presented.token);
    await requirePossession(presented, caller, request, parts);
    await revocations.begun();
    const refusal = revocations.refusalOf(admission);
    if (refusal) throw new HuiminError(refusal);
    const purpose = statedPurpose(request.headers, caller);
    return purpose ? withPurpose(admission, purpose) : admission;
  };
}

function withPurpose({ admitted, ...admission }: Verified["admission"], purpose: StatedPurpose): Admission {
  const { caller, tokenId } = admitted;
  const stating = { ...admitted, caller: { ...caller, purpose }, tokenId: `${tokenId} ${purpose.code}` };
  return Object.freeze({ ...admission, admitted: Object.freeze(stating) });
}

/** A token that is bound to a key counts with a proof only, and one that is not never with one (RFC 9449, 7.1 and 7.2). */
async function requirePossession(
  { scheme, token }: PresentedToken,
  { keyThumbprint, certificateThumbprint: bound }: TokenHolder,
  { method, headers, proven }: Presented,
  { checkPossession, certificateHeader }: AdmissionParts,
): Promise<void> {
  if ((scheme === "dpop") !== (keyThumbprint !== null)) {
    throw new HuiminError("TOKEN_INVALID", { detail: `the token is of another kind than the scheme ${scheme}` });
  }
  if (bound !== null && !isCertificate(bound, certificateHeader && headers[certificateHeader])) {
    throw new HuiminError("TOKEN_INVALID", { detail: "the token is bound to a certificate that was not shown" });
  }
  if (keyThumbprint === null || proven) return;
  const { dpop: proof } = headers;
  await checkPossession(typeof proof === "string" ? proof : undefined, { method, token, keyThumbprint });
}

/** Whether the proxy passes the certificate of that thumbprint (RFC 8705, 3). */
function isCertificate(thumbprint: string, passed: string | string[] | undefined): boolean {
  const certificate = clientCertificate(passed);
  return certificate !== undefined && certificateThumbprint(certificate) === thumbprint;
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
