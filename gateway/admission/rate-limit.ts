/**
 * How many requests somebody may send in a minute: each citizen, whomever she acts for, each client over all its
 * citizens, and each network for those who show no good token.
 *
 * When the shared store does not answer, every process counts by itself for a while: each limit then holds for
 * each process, and nobody is refused because of our fault.
 */
import { within } from "../../platform/deadline.ts";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import type { Logger } from "../../platform/log.ts";
import { networkOf } from "../../platform/network.ts";
import type { Admitted } from "./admit.ts";
import { type CountStore, createRateWindow, type Verdict, windowMs } from "./rate-window.ts";

/** Requests in a minute. */
export interface RateLimits {
  readonly citizen: number;
  readonly client: number;
  /** For requests without a good token. */
  readonly address: number;
}

type Counted = keyof RateLimits;

/** What is said about the limit that is nearest. */
export interface RateReport {
  readonly allowed: boolean;
  /** `RateLimit-Policy` and `RateLimit` (IETF draft httpapi-ratelimit-headers), and `Retry-After` of a refusal. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Counts one request of somebody at an address; `admitted` is undefined when her token was refused. */
export type RateLimiter = (admitted: Admitted | undefined, address: string) => Promise<RateReport>;

export function createRateLimiter(limits: RateLimits, store: CountStore, log: Logger, now = Date.now): RateLimiter {
  const take = createRateWindow(withSpare(store, log, now), now);
  const policies = {
    citizen: policyOf("citizen", limits.citizen),
    client: policyOf("client", limits.client),
    address: policyOf("address", limits.address),
  };
  const report = (counted: Counted, verdict: Verdict): RateReport => ({
    allowed: verdict.allowed,
    headers: {
      "ratelimit-policy": policies[counted],
      ratelimit: `"${counted}";r=${verdict.remaining};t=${verdict.resetSeconds}`,
      ...(!verdict.allowed && { "retry-after": String(verdict.resetSeconds) }),
    },
  });
  return async (admitted, address) => {
    if (admitted?.kind !== "signed in") {
      return report("address", await take(`address ${networkOf(address)}`, limits.address));
    }
    const { subject, actor, clientId } = admitted.caller;
    // Whoever acts for others has no more hands for that, and uses up nothing of theirs.
    const citizen = await take(`citizen ${actor ?? subject}`, limits.citizen);
    if (!citizen.allowed) return report("citizen", citizen);
    const client = await take(`client ${clientId}`, limits.client);
    const clientIsNearer = !client.allowed || client.remaining < citizen.remaining;
    return clientIsNearer ? report("client", client) : report("citizen", citizen);
  };
}

function policyOf(counted: Counted, limit: number): string {
  return `"${counted}";q=${limit};w=${windowMs / 1000}`;
}

/** Longest wait for the shared store, in milliseconds. */
const patienceMs = 250;

/** How long the shared store is left alone after it failed, in milliseconds. */
const pauseMs = 5_000;

/** The shared store, and one of this process in its place while it fails. */
function withSpare(store: CountStore, log: Logger, now: () => number): CountStore {
  const spare = createMemoryStore(undefined, now);
  let pausedUntil = 0;
  const either = async <T>(work: (from: CountStore) => Promise<T>): Promise<T> => {
    if (now() < pausedUntil) return await work(spare);
    try {
      return await within(patienceMs, work(store));
    } catch (error) {
      pausedUntil = now() + pauseMs;
      log.warn({ err: error }, "the store of rate limits does not answer; this process counts alone for a while");
      return await work(spare);
    }
  };
  return {
    get: (key) => either((from) => from.get(key)),
    increment: (key, ttlSeconds, by) => either((from) => from.increment(key, ttlSeconds, by)),
  };
}
