/** What the headers of an answer allow a cache (RFC 9111). */
import type { IncomingHttpHeaders } from "node:http";

export interface HttpFreshness {
  /** False when the answer must not be kept at all. */
  readonly storable: boolean;
  /** True when it may be kept for the one who asked only. */
  readonly personal: boolean;
  /** Upper bound of its life since it was made, in seconds; infinite when nothing is said. */
  readonly maxAgeSeconds: number;
  /** How long ago it was made, in seconds. */
  readonly ageSeconds: number;
}

const nothingSaid: HttpFreshness = Object.freeze({
  storable: true,
  personal: false,
  maxAgeSeconds: Number.POSITIVE_INFINITY,
  ageSeconds: 0,
});

/** Request headers that are the same in every call of the gateway: answers may vary by them. */
const sameInEveryCall: ReadonlySet<string> = new Set(["accept", "accept-encoding", "content-type", "origin"]);

/** Reads `Cache-Control`, `Age` and `Vary`. What cannot be read forbids keeping. */
export function readFreshness(headers: IncomingHttpHeaders): HttpFreshness {
  const { "cache-control": control, age, vary } = headers;
  if (control === undefined && age === undefined && vary === undefined) return nothingSaid;
  const directives = readDirectives(control);
  const varies = split(vary);
  const maxAge = directives.get("s-maxage") ?? directives.get("max-age");
  const maxAgeSeconds = maxAge === undefined ? Number.POSITIVE_INFINITY : seconds(maxAge);
  const ageSeconds = age === undefined ? 0 : seconds(age);
  return {
    storable:
      !directives.has("no-store") &&
      !directives.has("no-cache") &&
      !varies.includes("*") &&
      !Number.isNaN(maxAgeSeconds) &&
      !Number.isNaN(ageSeconds),
    personal: directives.has("private") || varies.some((name) => !sameInEveryCall.has(name)),
    maxAgeSeconds,
    ageSeconds,
  };
}

/** Directives in lower case to their values; of one that comes twice, the first counts (RFC 9111, section 4.2.1). */
function readDirectives(control: string | undefined): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const directive of split(control)) {
    const [name = "", value = ""] = directive.split("=", 2);
    if (!directives.has(name)) directives.set(name, value.replaceAll('"', ""));
  }
  return directives;
}

function split(header: string | undefined): string[] {
  return (header ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Delta-seconds (RFC 9111, section 1.2.2), or NaN. */
function seconds(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
}
