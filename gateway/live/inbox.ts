/** What has happened and is still to be dealt with, within bounds. */

/** Things in the order in which they came. */
export interface Inbox<T> {
  /** False when it is full, and the thing is left out. Ignored once `finish` or `shut` was called. */
  put(thing: T): boolean;
  /** Takes `last`, full or not, and nothing behind it. */
  finish(last: T): void;
  /** Forgets all that waits and takes nothing more; `last` comes next, if there is one. The first call counts. */
  shut(last?: T): void;
  /** The next thing, or undefined when no more will come. One taker at a time. */
  take(): Promise<T | undefined>;
}

/** An inbox in which at most `capacity` things wait. */
export function createInbox<T>(capacity: number): Inbox<T> {
  let waiting: T[] = [];
  let state: "open" | "finished" | "shut" = "open";
  let wake = () => {};
  return {
    put(thing) {
      if (state !== "open") return true;
      if (waiting.length >= capacity) return false;
      waiting.push(thing);
      wake();
      return true;
    },
    finish(last) {
      if (state !== "open") return;
      state = "finished";
      waiting.push(last);
      wake();
    },
    shut(last) {
      if (state === "shut") return;
      state = "shut";
      waiting = last === undefined ? [] : [last];
      wake();
    },
    async take() {
      while (waiting.length === 0 && state === "open") {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      return waiting.shift();
    },
  };
}
