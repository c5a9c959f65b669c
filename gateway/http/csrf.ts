/**
 * Refuses what a page of another site could make a browser send by itself: a "simple" request, for which no
 * browser asks first (Fetch Standard, "CORS-preflight request"). A POST has a body of type
 * `application/json`, which is never simple; a GET has to carry a header that no page can add unasked.
 *
 * The graph knows no cookies, so nobody's rights ride on such a request. But a page could spend the
 * gateway's strength from inside a network that the page's owner cannot reach, and measure what it takes.
 */
import type { IncomingHttpHeaders } from "node:http";
import { HuiminError } from "../../trust/errors.ts";
import { isJson } from "./media-type.ts";

/** Headers that say nothing else; clients of Apollo and of others send them already. */
const preflightHeaders = ["apollo-require-preflight", "x-apollo-operation-name", "graphql-require-preflight"] as const;

/**
 * Holds the headers of a GET or HEAD against the rule.
 *
 * @throws HuiminError `CSRF_PREVENTED`
 */
export function requirePreflight(headers: IncomingHttpHeaders): void {
  // Of credentials, browsers add those of the Basic kind by themselves.
  if (/^bearer /i.test(headers.authorization ?? "")) return;
  if (isJson(headers["content-type"])) return;
  if (preflightHeaders.some((name) => headers[name])) return;
  throw new HuiminError("CSRF_PREVENTED");
}
