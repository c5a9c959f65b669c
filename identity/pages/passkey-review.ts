/** The page of a sign-in that asks which passkeys are hers, because somebody else was at the account. */
import { type Html, html } from "../../platform/html.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";
import { moment } from "./words.ts";

/** A passkey as she is asked about it. */
export interface ReviewedPasskey {
  /** What the form calls it. */
  readonly key: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export interface PasskeyReviewState {
  readonly passkeys: readonly ReviewedPasskey[];
  /** Whether she wanted to keep none, and has nothing else to sign in with. */
  readonly keepsNone: boolean;
}

/** None is ticked: what she says nothing about goes. */
export function passkeyReviewPage(view: View, action: string, { passkeys, keepsNone }: PasskeyReviewState): string {
  const { t } = view;
  const title = t("passkeyReview.title");
  const fault = keepsNone ? t("passkeyReview.keepsNone") : undefined;
  const main = html`<h1>${title}</h1>
<p class="lead">${t("passkeyReview.lead")}</p>
${faultSummary(t("passkeyReview.problem"), fault === undefined ? [] : [{ field: "keep-0", message: fault }])}
<form method="post" action="${action}" class="choices"><input type="hidden" name="action" value="review-passkeys">
<fieldset${describedBy("keep", fault, true)}><legend>${t("passkeyReview.which")}</legend><p class="hint" id="keep-hint">${t("passkeyReview.hint")}</p>
${fieldFault("keep", fault)}<ul class="ticks">${passkeys.map((passkey, i) => tick(view, passkey, i))}</ul></fieldset>
<button type="submit">${t("passkeyReview.submit")}</button></form>`;
  return layout(view, titleWithFaults(t, title, keepsNone), main);
}

function tick({ t, language }: View, { key, name, createdAt, lastUsedAt }: ReviewedPasskey, i: number): Html {
  const used = lastUsedAt ? moment(language, lastUsedAt) : t("security.never");
  return html`<li><label class="tick"><input id="keep-${i}" type="checkbox" name="keep" value="${key}"><span><bdi>${name}</bdi><br>
${t("security.added")}: ${moment(language, createdAt)}<br>${t("security.lastUsed")}: ${used}</span></label></li>`;
}
