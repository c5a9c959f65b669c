/** Notices: what the holder of an account hears, whoever caused it. */
import type { Language } from "../../platform/i18n.ts";
import type { Logger } from "../../platform/log.ts";
import { texts } from "../pages/view.ts";
import type { Account } from "../store/accounts.ts";
import type { MessageSender } from "./sender.ts";

export type Notice =
  | { readonly kind: "newDevice" }
  | { readonly kind: "accountExists" }
  | { readonly kind: "accountOpened" }
  | { readonly kind: "credential"; readonly change: "added" | "removed" | "changed" }
  | { readonly kind: "recoveryStarted"; readonly hours: number; readonly cancelUrl: string }
  | { readonly kind: "counterRecovery"; readonly cancelUrl: string }
  | { readonly kind: "recoveryCompleted" };

/** Sends a notice to the account's mobile, or to another number that she had until now. */
export type Notify = (account: Pick<Account, "mobile" | "preferredLanguage">, notice: Notice) => Promise<void>;

/** @param sender null: nobody hears anything but in her history */
export function createNotify(sender: MessageSender | null, issuer: string, log: Logger): Notify {
  return async ({ mobile, preferredLanguage }, notice) => {
    if (!sender || mobile === null) return;
    try {
      await sender.send(mobile, textOf(notice, issuer, preferredLanguage), preferredLanguage);
    } catch (error) {
      // What it tells of has happened; the history tells it too.
      log.warn({ err: error, notice: notice.kind }, "notice not sent");
    }
  };
}

/** What goes out with a code. */
export function codeMessage(code: string, language: Language): string {
  const t = texts(language);
  return t("sms.code", { code });
}

function textOf(notice: Notice, issuer: string, language: Language): string {
  const t = texts(language);
  const url = `${issuer}/account`;
  switch (notice.kind) {
    case "credential":
      return t(`sms.credential.${notice.change}`, { url });
    case "recoveryStarted":
      return t("sms.recoveryStarted", { hours: notice.hours, url: notice.cancelUrl });
    case "counterRecovery":
      return t("sms.counterRecovery", { url: notice.cancelUrl });
    default:
      return t(`sms.notice.${notice.kind}`, { url });
  }
}
