/** What identity tells gateways of sectors: which versions of their keys are in use. */
import { z } from "zod";
import { highestKeyVersion, type SectorVersions, sectorPattern } from "./pseudonym.ts";

/** Where identity tells it, under its issuer identifier. */
export const sectorsPath = "/sectors";

const version = z.int().min(1).max(highestKeyVersion);
const document = z.object({
  sectors: z.record(z.string().regex(sectorPattern), z.object({ issued: version, accepted: z.array(version).max(10) })),
});

/**
 * Reads what identity answered.
 *
 * @throws Error when it is nothing of the kind
 */
export function parseSectorVersions(answer: unknown): ReadonlyMap<string, SectorVersions> {
  return new Map(Object.entries(document.parse(answer).sectors));
}
