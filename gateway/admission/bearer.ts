/** Where an access token may be: in the Authorization header alone (RFC 6750, 2.1). */
import { HuiminError } from "../../trust/errors.ts";
import type { HttpRequest } from "../http/request.ts";

const bearer = /^Bearer +(?<token>[A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * The access token of a request, or undefined when it carries no credentials at all.
 *
 * @throws HuiminError `TOKEN_INVALID` for credentials of another kind, `BAD_REQUEST` for a token in the
 *   URL, where it would end up in logs and histories
 */
export function bearerToken(request: Pick<HttpRequest, "url" | "headers">): string | undefined {
  const query = request.url.split("?", 2)[1];
  if (query !== undefined && new URLSearchParams(query).has("access_token")) {
    throw new HuiminError("BAD_REQUEST", {
      message: "Send the access token in the Authorization header, never in the URL.",
    });
  }
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const token = bearer.exec(authorization)?.groups?.token;
  if (token === undefined) {
    throw new HuiminError("TOKEN_INVALID", { detail: "the Authorization header holds no bearer token" });
  }
  return token;
}
