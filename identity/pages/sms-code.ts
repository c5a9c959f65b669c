import { html } from "../../platform/html.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

export type CodeFault = "missing" | "wrong";

export interface CodeState {
  readonly action: string;
  /** Where another code is asked for. */
  readonly again: string;
  /** The number that she gave, with its middle left out; null where the page must not know whether there is one. */
  readonly to: string | null;
  readonly fault: CodeFault | null;
}

/** The page that asks for a code by SMS, in a registration and in a recovery. */
export function codePage(view: View, { action, again, to, fault }: CodeState): string {
  const { t } = view;
  const title = t("smsCode.title");
  const message = fault === null ? undefined : fault === "missing" ? t("secondFactor.missing") : t("smsCode.wrong");
  const main = html`<h1>${title}</h1>
<p class="lead">${to === null ? t("smsCode.leadIfAny") : t("smsCode.lead", { mobile: `\u2066${to}\u2069` })}</p>
${faultSummary(t("secondFactor.problem"), message === undefined ? [] : [{ field: "code", message }])}
<form method="post" action="${action}" novalidate>
<div class="field"><label for="code">${t("secondFactor.code.sms")}</label>${fieldFault("code", message)}
<input id="code" name="code" type="text" dir="ltr" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required${describedBy("code", message, false)}${!message && html` autofocus`}></div>
<button type="submit">${t("secondFactor.submit")}</button></form>
<p><a class="quiet" href="${again}">${t("smsCode.again")}</a></p>`;
  return layout(view, titleWithFaults(t, title, fault !== null), main);
}
