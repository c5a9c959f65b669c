/** How messages reach a mobile: printed in development, through the city's SMS gateway otherwise, or not at all. */
import { createHmac, randomUUID } from "node:crypto";
import type { Language } from "../../platform/i18n.ts";
import type { Logger } from "../../platform/log.ts";

export interface MessageSender {
  /**
   * Sends a message; rejects when nobody took it.
   *
   * @param mobile mainland number without country code
   */
  send(mobile: string, text: string, language: Language): Promise<void>;
}

export interface SenderSettings {
  readonly issuer: string;
  /** `print`, the URL of a gateway, or none. */
  readonly smsSender: string | undefined;
  readonly smsKey: Uint8Array | undefined;
}

const gatewayTimeoutMs = 5_000;

/**
 * The sender that the settings name; null when there is none, and then no page offers anything by SMS.
 *
 * @throws Error for a gateway without a key, and for printing behind a public issuer: a log is no place for codes
 */
export function createMessageSender({ issuer, smsSender, smsKey }: SenderSettings, log: Logger): MessageSender | null {
  if (smsSender === undefined) return null;
  if (smsSender === "print") {
    if (issuer.startsWith("https:"))
      throw new Error("HUIMIN_SMS_SENDER=print is for development, not for an https issuer");
    return printingSender(log);
  }
  if (!smsKey) throw new Error("HUIMIN_SMS_SENDER is a gateway, and HUIMIN_SMS_KEY is missing");
  return gatewaySender(smsSender, smsKey);
}

/** Writes messages, codes and all, into the log of a city on one machine; of the number only its ends. */
function printingSender(log: Logger): MessageSender {
  return {
    send: async (mobile, text) => log.info({ to: maskedMobile(mobile), text }, "SMS, printed instead of sent"),
  };
}

/**
 * Posts `{id, mobile, text, language}` as JSON to the gateway, with `x-huimin-signature: t=<seconds>,v1=<HMAC-SHA256
 * of "t.body", base64url>`. The gateway drops what is older than five minutes, and an ID that it has seen.
 */
function gatewaySender(url: string, key: Uint8Array): MessageSender {
  return {
    send: async (mobile, text, language) => {
      const body = JSON.stringify({ id: randomUUID(), mobile, text, language });
      const seconds = Math.floor(Date.now() / 1000);
      const signature = createHmac("sha256", key).update(`${seconds}.${body}`).digest("base64url");
      const response = await fetch(url, {
        method: "POST",
        redirect: "error",
        headers: { "content-type": "application/json", "x-huimin-signature": `t=${seconds},v1=${signature}` },
        body,
        signal: AbortSignal.timeout(gatewayTimeoutMs),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the SMS gateway answered with status ${response.status}`);
    },
  };
}

/** Enough of a number to know one's own by: `138****0001`. */
export function maskedMobile(mobile: string): string {
  return `${mobile.slice(0, 3)}****${mobile.slice(7)}`;
}
