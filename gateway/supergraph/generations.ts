/**
 * Supergraphs come and go while the gateway runs. Each is a generation: a new one takes over only when it
 * stands whole, and the one before it goes when the last request that began on it has ended.
 */
import type { RequestLog } from "../admission/admit.ts";

/** All that serves one supergraph. */
export interface Serving {
  /** Two generations with one ID are the same. */
  readonly id: string;
  /** Frees what it holds; nobody uses it any more. */
  close(): Promise<void>;
}

export interface Generations<G extends Serving> {
  /** The generation that new requests begin on. Whoever works on with it takes `use`. */
  current(): G;
  /** Does work on the present generation, which is kept whole until the work has ended. */
  use<T>(work: (generation: G) => Promise<T>): Promise<T>;
  /**
   * Lets the generation of another supergraph take over. When it cannot be made, the present one goes on
   * and the log says why.
   *
   * @returns whether the supergraph given is the one that is served now
   */
  reload(sdl: string): Promise<boolean>;
  /** Calls `listener` whenever another generation has taken over. @returns stops that */
  onChange(listener: (generation: G) => void): () => void;
  /** Closes the present generation and waits for those before it. */
  close(): Promise<void>;
}

/** Longest time that a generation is kept for requests that began on it, in milliseconds. */
const drainTimeoutMs = 30_000;

/**
 * Begins with the generation `first`.
 *
 * @param open makes the generation of a supergraph, warmed by the one before it
 */
export function createGenerations<G extends Serving>(
  first: G,
  open: (sdl: string, before: G) => Promise<G>,
  log: Pick<RequestLog, "error"> & { info(details: object, message: string): void },
): Generations<G> {
  let present = createLease(first);
  let turn: Promise<unknown> = Promise.resolve();
  const departures = createDepartures(log);
  const listeners = new Set<(generation: G) => void>();

  const replace = async (sdl: string): Promise<boolean> => {
    try {
      const next = await open(sdl, present.generation);
      if (next.id === present.generation.id) {
        await next.close();
        return true;
      }
      departures.add(present.end);
      present = createLease(next);
      log.info({ supergraph: next.id }, "another supergraph is served");
    } catch (error) {
      log.error({ err: error }, "the new supergraph is refused; the one before it goes on");
      return false;
    }
    for (const listener of listeners) tell(listener);
    return true;
  };
  const tell = (listener: (generation: G) => void) => {
    try {
      listener(present.generation);
    } catch (error) {
      log.error({ err: error }, "not everybody could follow to the new supergraph");
    }
  };
  return {
    current: () => present.generation,
    use: (work) => present.use(work),
    reload(sdl) {
      const replaced = turn.then(() => replace(sdl));
      turn = replaced;
      return replaced;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await turn;
      departures.add(present.end);
      await departures.all();
    },
  };
}

/** Generations on their way out. */
function createDepartures(log: Pick<RequestLog, "error">) {
  const leaving = new Set<Promise<void>>();
  return {
    add(end: () => Promise<void>): void {
      const left = end().catch((error: unknown) => log.error({ err: error }, "a former supergraph did not close"));
      leaving.add(left);
      void left.finally(() => leaving.delete(left));
    },
    all: () => Promise.all(leaving),
  };
}

interface Lease<G> {
  readonly generation: G;
  use<T>(work: (generation: G) => Promise<T>): Promise<T>;
  /** Closes the generation when nobody uses it any more, or the time for that is over. */
  end(): Promise<void>;
}

function createLease<G extends Serving>(generation: G): Lease<G> {
  let users = 0;
  const unused = Promise.withResolvers<void>();
  let ending = false;
  return {
    generation,
    async use(work) {
      users += 1;
      try {
        return await work(generation);
      } finally {
        users -= 1;
        if (ending && users === 0) unused.resolve();
      }
    },
    async end() {
      ending = true;
      if (users === 0) unused.resolve();
      const timer = setTimeout(unused.resolve, drainTimeoutMs);
      await unused.promise;
      clearTimeout(timer);
      await generation.close();
    },
  };
}
