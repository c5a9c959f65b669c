/** A border behind which citizens go by another sector's forms, and what is written crosses it with these alone. */
import type { SectorPseudonyms } from "../../trust/pseudonym.ts";

/** Both ways over a border, for JSON texts and texts inside them. */
export interface Border {
  /** A text from inside, with everybody whom it names in the forms of the other side. */
  outward(text: string): string;
  /** A text from the other side, with everybody whom it names in the forms that are used inside. */
  inward(text: string): string;
}

/** Where in a text somebody is named. */
const names = /(?<![A-Za-z0-9_-])hm[1-9]\d{0,3}_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g;

/**
 * Turns every pseudonym of `from` in a text into that of `to`. What only looks like one stays as it is: a pseudonym
 * carries its own authenticator, so the two cannot be mistaken for one another.
 *
 * @param stranger gives what is written instead of a pseudonym that is not of `from`
 */
export function renameCitizens(
  text: string,
  from: SectorPseudonyms,
  to: SectorPseudonyms,
  stranger: (name: string) => string = (name) => name,
): string {
  return text.replace(names, (name) => {
    const citizenId = from.open(name);
    return citizenId === null ? stranger(name) : to.seal(citizenId);
  });
}
