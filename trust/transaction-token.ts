/**
 * Transaction tokens: what a subgraph receives instead of the citizen's access token (IETF
 * draft-ietf-oauth-transaction-tokens). Signed by the gateway, for one subgraph, for 60 seconds.
 */
import { createHash } from "node:crypto";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from "jose";
import { refusal } from "./access-token.ts";
import { isAssuranceLevel } from "./assurance.ts";
import { type Caller, parseScopes, readScope } from "./caller.ts";
import { parseWithheld, withheldData } from "./delegation.ts";
import { HuiminError } from "./errors.ts";
import { type Reader, requirePurpose, type StatedPurpose } from "./purposes.ts";

/** The HTTP header that carries a transaction token. */
export const transactionTokenHeader = "txn-token";

/** Longest life of a transaction token, in seconds. */
export const transactionTokenLifetime = 60;

/** The `aud` of the tokens for one subgraph. */
export function subgraphAudience(subgraph: string): string {
  return `urn:huimin:subgraph:${subgraph}`;
}

const type = "txntoken+jwt";
const algorithm = "ES256";

/**
 * What a recorded transaction is called at one subgraph (`txn`): whoever has the record finds it in what the subgraph
 * keeps, and two subgraphs have nothing in common.
 */
export function transactionAt(transaction: string, subgraph: string): string {
  return createHash("sha256").update(`${transaction} ${subgraph}`).digest("base64url");
}

/** The gateway's private key and its ID in the gateway's key set. */
export interface TransactionTokenSigner {
  /** The gateway's URL, `iss` of its tokens. */
  readonly issuer: string;
  readonly key: CryptoKey;
  readonly keyId: string;
  /** SHA-256 thumbprint of the key (RFC 7638): its tokens are bound to it (`cnf.jkt`, RFC 9449, 6.1). */
  readonly keyThumbprint: string;
}

/**
 * Mints the token with which `caller` reads `subgraph`: of her scopes it carries that subgraph's alone,
 * and it never outlives the access token it stands for. It says how and when she signed in (`acr`, `auth_time`), for what
 * she asks (`purp`), and whose key goes with it (`cnf`).
 *
 * @param transactionId groups all calls that are made with it (`txn`)
 * @param now seconds since the epoch
 */
export async function mintTransactionToken(
  signer: TransactionTokenSigner,
  caller: Caller,
  subgraph: string,
  transactionId: string,
  now: number,
): Promise<string> {
  const scope = readScope(subgraph);
  return await new SignJWT({
    scope: caller.scopes.has(scope) ? scope : "",
    txn: transactionId,
    req_wl: caller.clientId,
    ...(caller.purpose && purposeClaims(caller.purpose)),
    cnf: { jkt: signer.keyThumbprint },
    ...(caller.level && { acr: caller.level }),
    ...(typeof caller.signedInAt === "number" && { auth_time: caller.signedInAt }),
    ...(caller.actor && { act: { sub: caller.actor }, withheld: [...(caller.withheld ?? withheldData)] }),
  })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: signer.keyId })
    .setIssuer(signer.issuer)
    .setAudience(subgraphAudience(subgraph))
    .setSubject(caller.subject)
    .setIssuedAt(now)
    .setExpirationTime(Math.min(now + transactionTokenLifetime, caller.expiresAt))
    .sign(signer.key);
}

/** What a subgraph asks of a token. */
export interface TransactionTokenPolicy {
  /** The gateway whose tokens count. */
  readonly issuer: string;
  /** This subgraph's own name. */
  readonly subgraph: string;
  /** Finds the gateway's public key. */
  readonly keys: JWTVerifyGetKey;
}

/** A transaction token that is good. */
export interface VerifiedTransactionToken {
  readonly caller: Caller;
  /** Thumbprint of the key that it is bound to (`cnf.jkt`): calls that are signed with another do not go with it. */
  readonly boundTo: string;
}

/**
 * Checks a transaction token for this subgraph: that the gateway signed it, for this subgraph, less than a minute ago,
 * and binds it to the key that it signs with.
 *
 * @throws HuiminError `UNAUTHENTICATED` when there is none, else as `verifyAccessToken` does
 */
export async function verifyTransactionToken(
  token: string | undefined,
  policy: TransactionTokenPolicy,
): Promise<VerifiedTransactionToken> {
  if (!token) throw new HuiminError("UNAUTHENTICATED", { message: "This service answers the gateway only." });
  try {
    const { payload, key } = await jwtVerify(token, policy.keys, {
      issuer: policy.issuer,
      audience: subgraphAudience(policy.subgraph),
      typ: type,
      algorithms: [algorithm],
      clockTolerance: 5,
      maxTokenAge: transactionTokenLifetime,
      requiredClaims: ["iss", "aud", "exp", "iat", "sub", "txn", "req_wl", "cnf"],
    });
    const boundTo = key instanceof Uint8Array ? undefined : await calculateJwkThumbprint(key);
    if (boundTo === undefined || member(payload.cnf, "jkt") !== boundTo) {
      throw new HuiminError("TOKEN_INVALID", { detail: "the token is bound to another key" });
    }
    return { caller: Object.freeze(callerOf(payload)), boundTo };
  } catch (error) {
    throw refusal(error);
  }
}

/** @throws HuiminError `TOKEN_INVALID` */
function callerOf(payload: JWTPayload): Caller {
  const { sub, req_wl: clientId, exp, scope, act, withheld, acr, auth_time, purp } = payload;
  if (typeof sub !== "string" || typeof clientId !== "string" || exp === undefined) {
    throw new HuiminError("TOKEN_INVALID", { detail: "a required claim has the wrong type" });
  }
  return {
    subject: sub,
    clientId,
    scopes: parseScopes(scope),
    expiresAt: exp,
    level: isAssuranceLevel(acr) ? acr : null,
    signedInAt: typeof auth_time === "number" ? auth_time : null,
    ...(purp !== undefined && { purpose: purposeIn(payload) }),
    ...(act !== undefined && { actor: actorOf(act), withheld: parseWithheld(withheld) }),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** @throws HuiminError `TOKEN_INVALID`: whoever acts for another is somebody */
function actorOf(act: unknown): string {
  const actor = member(act, "sub");
  if (typeof actor === "string") return actor;
  throw new HuiminError("TOKEN_INVALID", { detail: "the actor has no subject" });
}

/** For what somebody reads others (`purp`), whom, and by what right: a caseworker's place, or a company's sector. */
function purposeClaims({ code, reader, citizens }: StatedPurpose) {
  const { kind, ...place } = reader;
  return kind === "company" ? { purp: code, company: reader.sector, citizens } : { purp: code, ...place, citizens };
}

/** @throws HuiminError as `requirePurpose` does: who reads the token decides once more, by a register of its own */
function purposeIn({ purp, company, department, role, citizens }: JWTPayload): StatedPurpose {
  const named = Array.isArray(citizens) ? citizens.map(String) : [];
  const reader: Reader =
    company === undefined
      ? { kind: "caseworker", department: String(department), role: String(role) }
      : { kind: "company", sector: String(company) };
  return requirePurpose(String(purp), reader, named);
}
