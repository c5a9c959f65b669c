/**
 * Lets pages of some origins read answers (Fetch Standard, "HTTP CORS protocol"). There are no cookies, so no
 * credentials are ever allowed for: pages send tokens in a header.
 */
import type { IncomingHttpHeaders } from "node:http";

type Headers = Readonly<Record<string, string>>;

export interface Cors {
  /** For every answer: whether its page may read it. */
  answer(headers: IncomingHttpHeaders): Headers;
  /** For an OPTIONS: what a page may send. */
  preflight(headers: IncomingHttpHeaders): Headers;
}

/** What pages may send beside what they may always. */
const requestHeaders = [
  "authorization",
  "content-type",
  "dpop",
  "huimin-purpose",
  "apollo-require-preflight",
  "graphql-require-preflight",
  "x-apollo-operation-name",
].join(", ");

/** What pages may read beside what they may always. */
const exposedHeaders = ["age", "ratelimit", "ratelimit-policy", "retry-after", "www-authenticate"].join(", ");

/** How long browsers may remember a preflight, in seconds. */
const preflightSeconds = "7200";

const nothing = Object.freeze({});

/** @param allowedOrigins as browsers write them; without any no page is ever named */
export function createCors(allowedOrigins: readonly string[]): Cors {
  if (allowedOrigins.length === 0) return { answer: () => nothing, preflight: () => nothing };
  const allowed = new Set(allowedOrigins);
  const grants = ({ origin }: IncomingHttpHeaders, more: Headers): Headers =>
    origin !== undefined && allowed.has(origin)
      ? { vary: "origin", "access-control-allow-origin": origin, ...more }
      : { vary: "origin" };
  return {
    answer: (headers) => grants(headers, { "access-control-expose-headers": exposedHeaders }),
    preflight: (headers) =>
      grants(headers, {
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": requestHeaders,
        "access-control-max-age": preflightSeconds,
      }),
  };
}
