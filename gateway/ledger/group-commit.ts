/** Group commit: what arrives while something is on its way waits, and goes together with the rest in the next. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { HuiminError } from "../../trust/errors.ts";

export interface GroupCommit<Item, Outcome> {
  /**
   * Sends an item with whatever else is there to send.
   *
   * @throws HuiminError `OVERLOADED` when too many wait, `READ_NOT_RECORDED` when it could not be sent in time
   */
  add(item: Item): Promise<Outcome>;
  /** Refuses what has not gone yet and all that comes; resolves when nothing is on its way. */
  close(): Promise<void>;
}

export interface GroupCommitLimits {
  /** Most items that go together. */
  readonly together: number;
  /** Most items that wait. */
  readonly waiting: number;
  /** How long an item may take from its arrival, in milliseconds. */
  readonly patience: number;
}

interface Waiting<Item, Outcome> extends PromiseWithResolvers<Outcome> {
  readonly item: Item;
}

/** @param send gives an outcome for each item, in their order; what it throws is for `send` to tell of */
export function createGroupCommit<Item, Outcome>(
  send: (items: readonly Item[]) => Promise<readonly Outcome[]>,
  limits: GroupCommitLimits,
): GroupCommit<Item, Outcome> {
  const waiting = new Set<Waiting<Item, Outcome>>();
  let sending: Promise<void> | undefined;
  let isClosed = false;
  const sendBatch = async () => {
    const batch = [...waiting].slice(0, limits.together);
    for (const each of batch) waiting.delete(each);
    const outcomes = await send(batch.map(({ item }) => item)).catch(() => []);
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) reject(new HuiminError("READ_NOT_RECORDED"));
      else resolve(outcome);
    }
  };
  const sendAll = async () => {
    // Those that come in this turn go with the first.
    await nextTurn();
    while (waiting.size > 0) await sendBatch();
    sending = undefined;
  };
  return {
    async add(item) {
      if (isClosed) throw new HuiminError("READ_NOT_RECORDED");
      if (waiting.size >= limits.waiting) throw new HuiminError("OVERLOADED");
      const entry = { item, ...Promise.withResolvers<Outcome>() };
      waiting.add(entry);
      sending ??= sendAll();
      const timer = setTimeout(() => {
        waiting.delete(entry);
        entry.reject(new HuiminError("READ_NOT_RECORDED"));
      }, limits.patience);
      return await entry.promise.finally(() => clearTimeout(timer));
    },
    async close() {
      isClosed = true;
      for (const { reject } of waiting) reject(new HuiminError("READ_NOT_RECORDED"));
      waiting.clear();
      await sending;
    },
  };
}
