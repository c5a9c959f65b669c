/** Whether the city that a database holds is the one that is wanted. */
import { CityError } from "../failure.ts";
import { mostCitizens } from "../population/population.ts";
import type { FoundCity } from "./roles.ts";

/** What the person at the terminal asks for. */
export interface CityWish {
  /** Undefined: as many as there are, or the usual number in a new city. */
  readonly citizens: number | undefined;
  /** Makes a new city, whatever is there. */
  readonly fresh: boolean;
}

/** Number of citizens of a new city when nobody says otherwise. */
export const usualCitizens = 2_000;

/**
 * How many citizens to load, or null when the city that is there is the one that is wanted.
 *
 * @param keyFingerprint of the pseudonym key that is going to be used
 * @throws CityError when the city that is there does not fit and `fresh` was not asked for
 */
export function citizensToLoad(manifest: FoundCity | null, wish: CityWish, keyFingerprint: string): number | null {
  if (wish.fresh || manifest === null) return wish.citizens ?? usualCitizens;
  if (manifest.keyFingerprint !== keyFingerprint) {
    throw new CityError(
      "The city in the database was made with other secrets than these; bring them back, or add --fresh for a new city.",
    );
  }
  if (manifest.lacking.length > 0) {
    throw new CityError(
      `The city in the database was made by an earlier version, without ${manifest.lacking.join(" and ")}; add --fresh for a new city.`,
    );
  }
  if (wish.citizens !== undefined && wish.citizens !== manifest.citizens) {
    throw new CityError(
      `The city has ${manifest.citizens} citizens, not ${wish.citizens}; leave --citizens out, or add --fresh for a new city.`,
    );
  }
  return null;
}

/**
 * Reads a number of citizens.
 *
 * @throws CityError unless it is a whole number from 3 (the demo citizens) to `mostCitizens`
 */
export function parseCitizens(text: string): number {
  const citizens = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (citizens >= 3 && citizens <= mostCitizens) return citizens;
  throw new CityError(`--citizens must be a whole number from 3 to ${mostCitizens}, not ${JSON.stringify(text)}.`);
}
