/**
 * Slows down who guesses user codes (RFC 8628, 5.1). One of some 25 thousand million codes is live for ten minutes;
 * thirty misses in ten minutes leave a network 4,320 guesses a day.
 */
import { createHmac } from "node:crypto";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { networkOf } from "../../platform/network.ts";

/** Many citizens share a network's address; nearly all type the code right. */
const mostMisses = 30;
const windowSeconds = 10 * 60;

/** Set on the state of a request whose user code nobody has. */
const missed = "userCodeMissed";

/** Notes that the request named a code that does not exist. */
export function noteMiss(context: KoaContextWithOIDC): void {
  context.state[missed] = true;
}

/**
 * Lets a network's tries through until too many of them have missed. A try counts before it is looked at, so that
 * parallel ones gain nothing, and is taken back unless it missed.
 *
 * @param secret keeps addresses unreadable in the store
 * @param refuse answers instead
 */
export function limitGuesses(store: KeyValueStore, secret: Uint8Array, refuse: (context: KoaContextWithOIDC) => void) {
  return async (context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    // The library's router takes addresses in any case.
    if (context.method !== "POST" || context.path.toLowerCase() !== "/device") return await next();
    const network = createHmac("sha256", secret).update(networkOf(context.ip)).digest("base64url");
    const key = `device-code:misses:${network}`;
    if ((await store.increment(key, windowSeconds)) > mostMisses) return refuse(context);
    await next();
    if (context.state[missed] !== true) await store.increment(key, windowSeconds, -1);
  };
}
