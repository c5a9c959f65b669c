/** How long several parts together may be kept. */
import type { Cacheability } from "./boundary.ts";

/** No longer than the part that ages first, and for nobody for whom one part is not (RFC 9111, section 4.2). */
export function together(a: Cacheability, b: Cacheability): Cacheability {
  const ageSeconds = Math.max(a.ageSeconds, b.ageSeconds);
  const left = Math.min(a.maxAgeSeconds - a.ageSeconds, b.maxAgeSeconds - b.ageSeconds);
  return {
    ageSeconds,
    maxAgeSeconds: ageSeconds + left,
    scope: a.scope === "PUBLIC" && b.scope === "PUBLIC" ? "PUBLIC" : "PRIVATE",
  };
}
