/** What may no longer be used, as long as tokens from before may still be about. */
import type { TokenHolder } from "../../trust/access-token.ts";
import { type Revocation, revocableNames, revocationSeconds } from "../../trust/security-event.ts";

export interface Revoked {
  add(revocations: readonly Revocation[]): void;
  /** Whether the token that somebody holds has been revoked. */
  has(holder: TokenHolder): boolean;
}

/** Most names that are kept: about 100 MB. */
const mostNames = 500_000;

/**
 * Keeps names for `revocationSeconds`. When there are too many, the ones that came first are given up, and with them
 * every token that was made up to that moment: its holder must get a fresh one, and none that is revoked passes.
 *
 * @param now milliseconds since the epoch
 */
export function createRevoked(most = mostNames, now: () => number = Date.now): Revoked {
  /** When each came, or for people up to when their tokens are revoked; in seconds, the oldest first. */
  const names = new Map<string, number>();
  let refusedUpTo = 0;
  const seconds = () => Math.floor(now() / 1000);
  const forget = () => {
    const over = seconds() - revocationSeconds;
    for (const [name, at] of names) {
      if (names.size > most) refusedUpTo = Math.max(refusedUpTo, seconds());
      else if (at > over) break;
      names.delete(name);
    }
  };
  return {
    add(revocations) {
      for (const revocation of revocations) {
        const name = `${revocation.kind} ${revocation.name}`;
        const at = revocation.kind === "subject" ? Math.max(revocation.at, names.get(name) ?? 0) : seconds();
        names.delete(name);
        names.set(name, at);
      }
      forget();
    },
    has(holder) {
      if (holder.issuedAt <= refusedUpTo) return true;
      if (names.size === 0) return false;
      const { things, people } = revocableNames(holder);
      return (
        things.some(([kind, name]) => name !== null && names.has(`${kind} ${name}`)) ||
        people.some((name) => name !== null && holder.issuedAt <= (names.get(`subject ${name}`) ?? -1))
      );
    },
  };
}
