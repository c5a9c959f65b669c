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

/** A text for headers: different ones never give the same. */
export function headersKey(headers: Readonly<Record<string, string>>): string {
  let key = "";
  for (const name in headers) key += flightKey(name, headers[name] ?? "");
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
  const flights = new Map<string, Flight<Result>>();
  const lead: Share<Result> = (key, work) => {
    const result = work();
    const flight: Flight<Result> = { result };
    const land = () => {
      flights.delete(key);
      flight.result = undefined;
    };
    flights.set(key, flight);
    result.then(land, land);
    return result;
  };
  const share: Share<Result> = (key, work) => {
    const result = flights.get(key)?.result;
    // The leader's failure is not ours: whoever followed starts again.
    return result ? result.catch(() => share(key, work)) : lead(key, work);
  };
  return share;
}

/**
 * A result in the making. It lets go of it when it is there: a Map that has grown leaves its former table behind
 * as it was, and what still hangs on that outlives many collections of the young generation.
 */
interface Flight<Result> {
  result: Promise<Result> | undefined;
}
