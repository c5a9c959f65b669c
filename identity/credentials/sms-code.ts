/** Codes by SMS: six digits, five minutes, five tries, one use (NIST SP 800-63B-4, 3.1.3). */
import { createHmac, randomInt, timingSafeEqual } from "node:crypto";
import type { Language } from "../../platform/i18n.ts";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { codeMessage } from "../messages/notices.ts";
import type { MessageSender } from "../messages/sender.ts";
import type { LimiterName, Limiters } from "./limiters.ts";

const lifeSeconds = 5 * 60;
const mostTries = 5;

/** Where a code goes, and what it is bound to. */
export interface CodeRequest {
  /** What the code is good for, and for whom: only `verify` with the same words accepts it. */
  readonly use: string;
  /** Counted as one sender of codes. */
  readonly account: string;
  readonly mobile: string;
  readonly address: string;
  readonly language: Language;
}

export type Sending = { readonly sent: true } | { readonly sent: false; readonly waitSeconds: number };

export interface SmsCodes {
  /** Sends a new code; earlier ones for the same use are void. */
  send(request: CodeRequest): Promise<Sending>;
  /** Whether `code` is the one sent last for this use. A right code is used up. */
  verify(use: string, code: string): Promise<boolean>;
}

const sendLimits: readonly LimiterName[] = ["sms-send-account", "sms-send-mobile", "sms-send-address"];

/** @param secret keeps codes and what they are for unreadable in the store */
export function createSmsCodes(
  store: KeyValueStore,
  sender: MessageSender,
  limiters: Limiters,
  secret: Uint8Array,
): SmsCodes {
  const digestOf = (...parts: string[]) =>
    createHmac("sha256", secret).update(JSON.stringify(parts)).digest("base64url");
  const keyOf = (use: string) => `sms-code:${digestOf(use)}`;
  return {
    send: async ({ use, account, mobile, address, language }) => {
      const admission = await limiters.admit(sendLimits, { account, mobile, address });
      if (!admission.allowed) return { sent: false, waitSeconds: admission.waitSeconds };
      const code = randomInt(1_000_000).toString().padStart(6, "0");
      // The tries go with the code, so that those of the one before do not burden it.
      await store.delete(`${keyOf(use)}:tries`);
      await store.set(keyOf(use), digestOf(use, code), lifeSeconds);
      await sender.send(mobile, codeMessage(code, language), language);
      return { sent: true };
    },
    verify: async (use, typed) => {
      const tries = await store.increment(`${keyOf(use)}:tries`, lifeSeconds);
      if (tries > mostTries) return false;
      const kept = await store.get(keyOf(use));
      const digits = typed.normalize("NFKC").replace(/\s/g, "");
      if (kept === null || !isSame(kept, digestOf(use, digits))) return false;
      // Of parallel uses one takes it.
      return (await store.take(keyOf(use))) === kept;
    },
  };
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
