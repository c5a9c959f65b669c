/** Requests to identity's own addresses with an access token that is bound to a key (RFC 9449, 7). */
import type { FastifyRequest } from "fastify";
import { HuiminError } from "../../trust/errors.ts";
import type { CheckPossession, ClaimAt } from "../../trust/possession.ts";

const credentials = /^DPoP +(?<token>[A-Za-z0-9._~+/-]+=*) *$/i;

/** @throws HuiminError when the request shows no token, or not in the scheme `DPoP` */
export function shownToken({ headers }: FastifyRequest): string {
  if (headers.authorization === undefined) throw new HuiminError("UNAUTHENTICATED");
  const token = credentials.exec(headers.authorization)?.groups?.token;
  if (token === undefined) throw new HuiminError("TOKEN_INVALID", { detail: "the scheme is not DPoP" });
  return token;
}

/** Checks that whoever shows a token holds the key that it is bound to. @throws HuiminError */
export async function checkProof(
  { headers, method, url }: FastifyRequest,
  issuer: string,
  token: string,
  keyThumbprint: string | null | undefined,
  checkPossession: CheckPossession<ClaimAt>,
): Promise<void> {
  if (!keyThumbprint) throw new HuiminError("TOKEN_INVALID", { detail: "the token is bound to no key" });
  const { pathname } = new URL(url, issuer);
  const proof = typeof headers.dpop === "string" ? headers.dpop : undefined;
  await checkPossession(proof, { method, token, keyThumbprint, target: new URL(pathname, issuer).href });
}

/** The code for a refusal (RFC 6750, 3.1; RFC 9449, 7.1). */
export function oauthError({ code }: HuiminError): string {
  return code === "DPOP_PROOF_INVALID" ? "invalid_dpop_proof" : "invalid_token";
}
