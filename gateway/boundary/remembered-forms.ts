/** Pseudonyms that are sealed and opened often: one costs 14 microseconds to make, and a hundredth of that to remember. */
import { LRUCache } from "lru-cache";
import type { RawCitizenId, SectorPseudonyms } from "../../trust/pseudonym.ts";

/** Most forms that are remembered of each sector. */
const remembered = 20_000;

/** The same pseudonyms; only those that are good are remembered. */
export function remembering({ seal, open }: SectorPseudonyms): SectorPseudonyms {
  const forms = new LRUCache<RawCitizenId, string>({ max: remembered });
  const citizens = new LRUCache<string, RawCitizenId>({ max: remembered });
  return {
    seal(citizenId) {
      const form = forms.get(citizenId) ?? seal(citizenId);
      forms.set(citizenId, form);
      return form;
    },
    open(pseudonym) {
      const citizenId = citizens.get(pseudonym) ?? open(pseudonym);
      if (citizenId !== null) citizens.set(pseudonym, citizenId);
      return citizenId;
    },
  };
}
