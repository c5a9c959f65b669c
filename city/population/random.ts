/** Repeatable chance: the same label always gives the same sequence, on every machine. */
import { createHash } from "node:crypto";

/** A sequence of choices. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean;
  /** One of the choices; each equally likely. */
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** One of the choices, in proportion to its weight. */
  weighted<T>(choices: readonly [Weighted<T>, ...Weighted<T>[]]): T;
  /** A version 4 UUID (RFC 9562). */
  uuid(): string;
}

/** A choice and how often it comes up beside the others. */
export type Weighted<T> = readonly [weight: number, choice: T];

/** The sequence that belongs to `label`. Not for secrets: who knows the label knows the sequence. */
export function createRandom(label: string): Random {
  const next = sfc32(createHash("sha256").update(label).digest());
  const unit = () => next() / 2 ** 32;
  const int = (min: number, max: number) => min + Math.floor(unit() * (max - min + 1));
  return {
    int,
    chance: (probability) => unit() < probability,
    pick: (choices) => choices[int(0, choices.length - 1)] ?? choices[0],
    weighted(choices) {
      let left = unit() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, choice] of choices) {
        left -= weight;
        if (left < 0) return choice;
      }
      return choices[0][1];
    },
    uuid: () => formatUuid([next(), next(), next(), next()]),
  };
}

/** Small Fast Counter, 32 bits (C. Doty-Humphrey): passes PractRand, and needs no multiplication. */
function sfc32(seed: Buffer): () => number {
  let a = seed.readInt32LE(0);
  let b = seed.readInt32LE(4);
  let c = seed.readInt32LE(8);
  let counter = 1;
  return () => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + out;
    return out >>> 0;
  };
}

function formatUuid(words: readonly [number, number, number, number]): string {
  const hex = words.map((word) => word.toString(16).padStart(8, "0")).join("");
  const variant = "89ab"[words[2] & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
