/**
 * Slows down who guesses: after a few tries, one name can be tried from one network ever more rarely.
 *
 * An account's two names, ID number and mobile, are counted apart: counted together, a pause under one that was
 * earned under the other would tell that both are the same person's.
 */
import { createHmac } from "node:crypto";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { networkOf } from "../../platform/network.ts";

/** Tries that cost no waiting. A person who mistypes needs two or three. */
const freeTries = 5;

/** Tries are forgotten this long after the first. */
const windowSeconds = 60 * 60;

/** Waiting doubles from one try to the next, up to this: that leaves some 400 guesses a day. */
const longestWaitSeconds = 15 * 60;

/** Whether a try may go ahead; else how long to wait, in seconds. */
export type Admission = { readonly allowed: true } | { readonly allowed: false; readonly waitSeconds: number };

export interface Throttle {
  /** Counts a try and says whether it may go ahead. */
  admit(name: string, address: string): Promise<Admission>;
  /** Forgets the tries: the citizen has proved who she is. */
  forgive(name: string, address: string): Promise<void>;
}

/** @param secret keeps names and addresses unreadable in the store, where they would otherwise be easy to guess */
export function createThrottle(store: KeyValueStore, secret: Uint8Array): Throttle {
  const keysOf = (name: string, address: string) => {
    const digest = createHmac("sha256", secret)
      .update(JSON.stringify([name, networkOf(address)]))
      .digest("base64url");
    return { tries: `sign-in:tries:${digest}`, pause: `sign-in:pause:${digest}` };
  };
  return {
    admit: async (name, address) => {
      const { tries, pause } = keysOf(name, address);
      const until = await store.get(pause);
      if (until !== null) return refusal(Number(until));
      const count = await store.increment(tries, windowSeconds);
      if (count <= freeTries) return { allowed: true };
      // Of parallel tries one gets through: the one that starts the next pause.
      const waitSeconds = waitAfter(count);
      const won = await store.add(pause, String(Date.now() + waitSeconds * 1000), waitSeconds);
      return won ? { allowed: true } : { allowed: false, waitSeconds };
    },
    forgive: async (name, address) => {
      const { tries, pause } = keysOf(name, address);
      await store.delete(tries, pause);
    },
  };
}

/** The pause that follows the `count`th try, in seconds. */
export function waitAfter(count: number): number {
  return Math.min(2 ** (count - freeTries), longestWaitSeconds);
}

function refusal(until: number): Admission {
  return { allowed: false, waitSeconds: Math.max(1, Math.ceil((until - Date.now()) / 1000)) };
}
