/** Work that is asked for again while it runs is done once. */

/**
 * One text for several, such that different ones never give the same: each goes with its length, whatever
 * characters it holds. The full text is the key and not a hash of it, so that nothing can collide.
 */
export function flightKey(...parts: readonly string[]): string {
  let key = "";
  for (const part of parts) key += `${part.length}:${part}`;
  return key;
}

/** Runs `work` unless the same key runs already, then gives the result of that. */
export type Share<Result> = (key: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Makes a function that shares results of equal keys while they are in the making, and not a moment
 * longer. The result is shared as it is: it must be immutable. Who came first may fail for reasons of her
 * own; the others then start again.
 *
 * The key must hold everything on which the result depends, above all whose it is.
 */
export function createShare<Result>(): Share<Result> {
  const flights = new Map<string, Promise<Result>>();
  return async (key, work) => {
    for (let flight = flights.get(key); flight; flight = flights.get(key)) {
      try {
        return await flight;
      } catch {
        // The leader's failure is not ours.
      }
    }
    const flight = work().finally(() => flights.delete(key));
    flights.set(key, flight);
    return await flight;
  };
}
