/**
 * Slows down who guesses, floods or asks too often. Each limiter has a name, says what it counts by, and lets some
 * tries through at once and then ever more rarely: nobody is ever locked out.
 *
 * A browser in which the citizen has signed in before is counted by itself (`sign-in-device`), so that strangers
 * who try her name, from wherever, cannot make her wait there. An account's two names, ID number and mobile, are
 * counted apart: counted together, a pause under one that was earned under the other would tell that both are the
 * same person's.
 *
 * A caseworker's account is what a passkey names before it proves anything. Her browsers are not known, so the pause
 * that strangers can make for her, should they know her passkey's random name, is a minute at most. Enrolment counts by
 * address alone: its code names the account and proves the right to it at once.
 */
import { createHmac, createSecretKey } from "node:crypto";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { networkOf } from "../../platform/network.ts";

/** What tries can be counted by. `account` is a login name, a citizen ID or a passkey's ID, `address` an IP address. */
const dimensions = ["account", "address", "client", "device", "mobile"] as const;

export type Dimension = (typeof dimensions)[number];

/** Whose try it is. */
export type Subject = Readonly<Partial<Record<Dimension, string>>>;

interface LimiterRule {
  readonly by: readonly Dimension[];
  /** Tries that cost no waiting. */
  readonly free: number;
  /** Tries are forgotten this long after the first. */
  readonly windowSeconds: number;
  /** Waiting doubles from one try to the next, up to this. */
  readonly longestWaitSeconds: number;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** A person who mistypes needs two or three tries; behind one address may be a whole community centre. */
const rules = {
  "sign-in-pair": { by: ["account", "address"], free: 5, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "sign-in-account": { by: ["account"], free: 20, windowSeconds: hour, longestWaitSeconds: 5 * minute },
  "sign-in-address": { by: ["address"], free: 200, windowSeconds: hour, longestWaitSeconds: minute },
  "sign-in-device": { by: ["account", "device"], free: 10, windowSeconds: hour, longestWaitSeconds: 5 * minute },
  "current-password": { by: ["account"], free: 5, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "passkey-address": { by: ["address"], free: 200, windowSeconds: hour, longestWaitSeconds: minute },
  "staff-sign-in-pair": { by: ["account", "address"], free: 5, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "staff-sign-in-account": { by: ["account"], free: 20, windowSeconds: hour, longestWaitSeconds: minute },
  "staff-sign-in-address": { by: ["address"], free: 100, windowSeconds: hour, longestWaitSeconds: 5 * minute },
  "staff-enrol-address": { by: ["address"], free: 20, windowSeconds: hour, longestWaitSeconds: 5 * minute },
  "admin-address": { by: ["address"], free: 30, windowSeconds: hour, longestWaitSeconds: minute },
  "admin-client": { by: ["client"], free: 30, windowSeconds: hour, longestWaitSeconds: minute },
  "totp-verify": { by: ["account"], free: 5, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "sms-verify": { by: ["account"], free: 10, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "recovery-code-verify": { by: ["account"], free: 5, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "sms-send-account": { by: ["account"], free: 5, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "sms-send-mobile": { by: ["mobile"], free: 5, windowSeconds: hour, longestWaitSeconds: hour },
  "sms-send-address": { by: ["address"], free: 60, windowSeconds: hour, longestWaitSeconds: 5 * minute },
  "recovery-start-account": { by: ["account"], free: 3, windowSeconds: day, longestWaitSeconds: 6 * hour },
  "recovery-start-address": { by: ["address"], free: 30, windowSeconds: hour, longestWaitSeconds: 5 * minute },
  "counter-officer": { by: ["account"], free: 20, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "counter-code": { by: ["account"], free: 5, windowSeconds: hour, longestWaitSeconds: 15 * minute },
  "register-account": { by: ["account"], free: 5, windowSeconds: day, longestWaitSeconds: 6 * hour },
  "register-address": { by: ["address"], free: 30, windowSeconds: hour, longestWaitSeconds: 5 * minute },
} as const satisfies Record<string, LimiterRule>;

export type LimiterName = keyof typeof rules;

/** Whether a try may go ahead; else how long to wait, in seconds. */
export type Admission = { readonly allowed: true } | { readonly allowed: false; readonly waitSeconds: number };

export interface Limiters {
  /** Counts a try under every limiter named, until one says no. The subject has what each of them counts by. */
  admit(names: readonly LimiterName[], subject: Subject): Promise<Admission>;
  /** Forgets all tries: she has proved who she is. */
  forgive(names: readonly LimiterName[], subject: Subject): Promise<void>;
  /** Takes one try back, and no more: for what she shares with others. */
  uncount(names: readonly LimiterName[], subject: Subject): Promise<void>;
}

/** @param secret keeps names and addresses unreadable in the store, where they would otherwise be easy to guess */
export function createLimiters(store: KeyValueStore, secret: Uint8Array): Limiters {
  const key = createSecretKey(secret);
  const keysOf = (name: LimiterName, subject: Subject) => {
    const parts = rules[name].by.map((dimension) => partOf(name, dimension, subject));
    const digest = createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
    return { tries: `${name}:tries:${digest}`, pause: `${name}:pause:${digest}` };
  };
  const admitOne = async (name: LimiterName, subject: Subject): Promise<Admission> => {
    const { tries, pause } = keysOf(name, subject);
    const until = await store.get(pause);
    if (until !== null) return refusal(Number(until));
    const count = await store.increment(tries, rules[name].windowSeconds);
    if (count <= rules[name].free) return { allowed: true };
    // Of parallel tries one gets through: the one that starts the next pause.
    const waitSeconds = waitAfter(name, count);
    const won = await store.add(pause, String(Date.now() + waitSeconds * 1000), waitSeconds);
    return won ? { allowed: true } : { allowed: false, waitSeconds };
  };
  return {
    admit: async (names, subject) => {
      for (const name of names) {
        const admission = await admitOne(name, subject);
        if (!admission.allowed) return admission;
      }
      return { allowed: true };
    },
    forgive: async (names, subject) => {
      const keys = names.map((name) => keysOf(name, subject)).flatMap(({ tries, pause }) => [tries, pause]);
      await store.delete(...keys);
    },
    uncount: async (names, subject) => {
      for (const name of names) await store.increment(keysOf(name, subject).tries, rules[name].windowSeconds, -1);
    },
  };
}

/** The pause that follows the `count`th try, in seconds. */
export function waitAfter(name: LimiterName, count: number): number {
  return Math.min(2 ** (count - rules[name].free), rules[name].longestWaitSeconds);
}

function partOf(name: LimiterName, dimension: Dimension, subject: Subject): string {
  const value = subject[dimension];
  if (value === undefined) throw new TypeError(`limiter ${name} counts by ${dimension}`);
  return dimension === "address" ? networkOf(value) : value;
}

function refusal(until: number): Admission {
  return { allowed: false, waitSeconds: Math.max(1, Math.ceil((until - Date.now()) / 1000)) };
}
