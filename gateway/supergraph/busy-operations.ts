/** What is asked for most, told from process to process: a new replica starts with it compiled. */
import { z } from "zod";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Logger } from "../../platform/log.ts";
import { holdsValues } from "../planning/stored-plans.ts";
import type { BusyOperation, Generation } from "./generation.ts";
import type { Generations } from "./generations.ts";

const key = "busy-operations";

/** How often the list is told, in milliseconds. */
const tellEveryMs = 60_000;

/** How long the list is kept, in seconds. */
const listTtlSeconds = 7 * 24 * 60 * 60;

/** Most characters of all texts in the list together. */
const maxListLength = 512 * 1024;

const list = z.array(z.strictObject({ contract: z.string().nullable(), text: z.string() }));

/** The list that some process told last; empty when there is none that can be read. */
export async function readBusyOperations(store: KeyValueStore, log: Logger): Promise<readonly BusyOperation[]> {
  try {
    return list.parse(JSON.parse((await store.get(key)) ?? "[]"));
  } catch (error) {
    log.warn({ err: error }, "the list of busy operations cannot be read");
    return [];
  }
}

/**
 * Tells the store from time to time what is busy here. Operations with values written into them stay out,
 * as in `rememberPlans`.
 *
 * @returns tells it once more, and stops
 */
export function tellBusyOperations(
  generations: Pick<Generations<Generation>, "current">,
  store: KeyValueStore,
  log: Logger,
): () => Promise<void> {
  const tell = async () => {
    const operations = shareable(generations.current().busiest());
    if (operations.length === 0) return;
    await store.set(key, JSON.stringify(operations), listTtlSeconds).catch((error: unknown) => {
      log.warn({ err: error }, "the list of busy operations cannot be told");
    });
  };
  const timer = setInterval(tell, tellEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await tell();
  };
}

function shareable(operations: readonly BusyOperation[]): BusyOperation[] {
  let length = 0;
  return operations.filter(({ text }) => {
    if (holdsValues(text) || length + text.length > maxListLength) return false;
    length += text.length;
    return true;
  });
}
