/** The calls that were answered already: each counts once. */
import { HuiminError } from "../../trust/errors.ts";

/** Most calls that are remembered; a subgraph that has more in a minute refuses what it could not tell from a repetition. */
const rememberedCalls = 500_000;

/** Remembers a nonce until `expires`. Throws `UNAUTHENTICATED` for one that is known, `OVERLOADED` when there is no room. */
export type RequireUnseen = (nonce: string, expires: number) => void;

/**
 * A memory of calls. They all live about equally long, so the first that came is the first that ends.
 *
 * @param now seconds since the epoch
 */
export function createSeenCalls(now: () => number, most = rememberedCalls): RequireUnseen {
  const seen = new Map<string, number>();
  return (nonce, expires) => {
    for (const [known, end] of seen) {
      if (end >= now()) break;
      seen.delete(known);
    }
    if (seen.has(nonce)) throw new HuiminError("UNAUTHENTICATED", { detail: "the call has been answered already" });
    if (seen.size >= most) throw new HuiminError("OVERLOADED", { detail: "too many calls to remember" });
    seen.set(nonce, expires);
  };
}
