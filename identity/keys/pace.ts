/** How quickly keys change hands, and what follows from it for whoever verifies. */
import type { RotationSchedule } from "./rotation.ts";

/** Times in seconds. */
export interface KeyPace {
  readonly schedule: RotationSchedule;
  /** Between two looks of a replica at the keys. */
  readonly reload: number;
  /** How long a replica trusts what it saw last; after that it signs and publishes nothing until it has looked. */
  readonly trusted: number;
  /** How long others may keep the key set, and how much longer while identity does not answer. */
  readonly cache: number;
  readonly staleIfError: number;
}

const day = 86_400;

/** Between the time that a step notes and its commit, and for a request that began before it. */
const margin = 60;

/**
 * @param rotationDays how long a key signs
 * @param longestLife of anything that identity signs, in seconds
 */
export function keyPace(rotationDays: number, longestLife: number): KeyPace {
  const [reload, trusted, cache, staleIfError] = [5, 60, 300, 3_600];
  return {
    reload,
    trusted,
    cache,
    staleIfError,
    schedule: {
      period: rotationDays * day,
      publishWait: trusted + cache + staleIfError + margin,
      retireWait: trusted + longestLife + margin,
    },
  };
}
