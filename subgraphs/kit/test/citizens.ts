/** Citizens for tests: pseudonyms of the right form that belong to nobody. */
import { createHash } from "node:crypto";

/** The pseudonym of a made-up citizen; the same label gives the same one. */
export function citizenId(label: string): string {
  return `hm1_${createHash("sha256").update(label).digest("base64url")}`;
}
