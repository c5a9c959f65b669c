/**
 * The public keys of identity, kept near. They are fetched at the start, every five minutes, when a token
 * names a key that is not known, so that a rotation is noticed at once, and when one was withdrawn. While identity does not
 * answer the last keys keep working, for one hour at most.
 */
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from "jose";
import type { Logger } from "../../platform/log.ts";

export interface IssuerKeys {
  /** Finds the key of a token's header. */
  readonly find: JWTVerifyGetKey;
  /** Rejects until the keys have been fetched once. */
  fetched(): Promise<void>;
  /** Fetches them now, and again soon while that fails. */
  renew(): void;
  /** Stops fetching. */
  close(): void;
}

/** How often and how long; all in milliseconds. */
interface Pace {
  /** Between two fetches when all is well. */
  readonly refresh: number;
  /** Until the next fetch when identity did not answer. */
  readonly retry: number;
  /** Least time between two fetches for unknown keys: a flood of forged `kid` costs identity no more. */
  readonly cooldown: number;
  /** Longest wait for one answer. */
  readonly timeout: number;
  /** How long keys count without having been confirmed. */
  readonly trusted: number;
}

const pace: Pace = { refresh: 300_000, retry: 1_000, cooldown: 2_000, timeout: 3_000, trusted: 3_600_000 };

/** Starts to keep the key set at `url`; does not wait for the first answer. */
export function watchIssuerKeys(url: URL, log: Logger): IssuerKeys {
  const keys = createRemoteJWKSet(url, {
    cooldownDuration: pace.cooldown,
    cacheMaxAge: pace.trusted,
    timeoutDuration: pace.timeout,
    [customFetch]: withPauseAfterFailure(pace.retry / 2),
  });
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const refresh = async () => {
    const fetched = await keys.reload().then(
      () => true,
      (error: unknown) => {
        log.warn({ err: error }, "the keys of identity cannot be fetched; those known stay in use");
        return false;
      },
    );
    clearTimeout(timer);
    if (!closed) timer = setTimeout(refresh, fetched ? pace.refresh : pace.retry).unref();
  };
  void refresh();
  return {
    find: keys,
    async fetched() {
      if (!keys.jwks()) throw new Error("the keys of identity have not been fetched yet");
    },
    renew() {
      clearTimeout(timer);
      void refresh();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** jose pauses between successful fetches only; without this a dead identity would be asked for every token. */
function withPauseAfterFailure(pauseMs: number): FetchImplementation {
  let pausedUntil = 0;
  return async (url, options) => {
    if (Date.now() < pausedUntil) throw new Error("identity did not answer a moment ago");
    pausedUntil = Date.now() + pauseMs;
    const response = await fetch(url, options);
    if (response.status === 200) pausedUntil = 0;
    return response;
  };
}
