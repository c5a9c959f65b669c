/** The warning that somebody is recovering the account, with the one click that stops it. */
import { type Html, html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { formField } from "./account-layout.ts";
import type { View } from "./view.ts";
import { moment } from "./words.ts";

export interface RecoveryState {
  /** When it may be completed; null when none is under way. */
  readonly readyAt: Date | null;
  /** Where the form that stops it goes. */
  readonly stopAt: string;
}

export function recoveryUnderWay(
  { t, language }: View,
  visitor: Visitor,
  { readyAt, stopAt }: RecoveryState,
): Html | null {
  if (!readyAt) return null;
  return html`<section class="warning" aria-labelledby="recovery"><h2 id="recovery">${t("recovery.notice.title")}</h2>
<p>${t("security.recoveryUntil")} ${moment(language, readyAt)}</p>
<p>${t("recovery.notice.advice")}</p>
<form method="post" action="${stopAt}">${formField(visitor)}<button type="submit" class="danger">${t("recovery.notice.stop")}</button></form></section>`;
}
