/** How far a sign-in has come: what she has proved so far, kept where only her own interaction finds it. */
import { z } from "zod";
import type { KeyValueStore } from "../../platform/keyvalue.ts";

const progressShape = z.object({
  citizenId: z.string(),
  /** Methods proved so far (RFC 8176). */
  amr: z.array(z.string()),
  /** Whether everything is proved, and only a word about a recovery is left to be read. */
  isComplete: z.boolean(),
  /** Whether a code by SMS is under way. */
  isCodeSent: z.boolean(),
});

export type Progress = z.output<typeof progressShape>;

/** She has this long for the second step. */
const lifeSeconds = 10 * 60;

const keyOf = (uid: string) => `sign-in:progress:${uid}`;

export async function readProgress(store: KeyValueStore, uid: string): Promise<Progress | null> {
  const text = await store.get(keyOf(uid));
  return text === null ? null : progressShape.parse(JSON.parse(text));
}

export async function saveProgress(store: KeyValueStore, uid: string, progress: Progress): Promise<void> {
  await store.set(keyOf(uid), JSON.stringify(progress), lifeSeconds);
}

export async function dropProgress(store: KeyValueStore, uid: string): Promise<void> {
  await store.delete(keyOf(uid));
}
