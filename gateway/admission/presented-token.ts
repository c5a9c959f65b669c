/** Where an access token may be: in the Authorization header alone (RFC 6750, 2.1; RFC 9449, 7.1). */
import { HuiminError } from "../../trust/errors.ts";
import type { HttpRequest } from "../http/request.ts";

/** An access token as it came, unverified. */
export interface PresentedToken {
  /** `bearer`: whoever holds it may use it; `dpop`: whoever also proves to hold its key. */
  readonly scheme: "bearer" | "dpop";
  readonly token: string;
}

const credentials = /^(?<scheme>Bearer|DPoP) +(?<token>[A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * The access token of a request, or undefined when it carries no credentials at all.
 *
 * @throws HuiminError `TOKEN_INVALID` for credentials of another kind, `BAD_REQUEST` for a token in the
 *   URL, where it would end up in logs and histories
 */
export function presentedToken(request: Pick<HttpRequest, "url" | "headers">): PresentedToken | undefined {
  const query = request.url.split("?", 2)[1];
  if (query !== undefined && new URLSearchParams(query).has("access_token")) {
    throw new HuiminError("BAD_REQUEST", {
      message: "Send the access token in the Authorization header, never in the URL.",
    });
  }
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const { scheme, token } = credentials.exec(authorization)?.groups ?? {};
  if (scheme === undefined || token === undefined) {
    throw new HuiminError("TOKEN_INVALID", { detail: "the Authorization header holds no access token" });
  }
  return { scheme: scheme.toLowerCase() === "dpop" ? "dpop" : "bearer", token };
}
