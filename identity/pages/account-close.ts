/** What closing an account means, and the two questions before it. */
import { html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout, accountSections, formField } from "./account-layout.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

/** Which of the two answers is wrong. */
export interface CloseFaults {
  readonly residentId?: true;
  readonly understood?: true;
}

export function closePage(view: View, visitor: Visitor, faults: CloseFaults): string {
  const { t } = view;
  const title = t("account.nav.close");
  const residentId = faults.residentId && t("close.residentIdFault");
  const understood = faults.understood && t("close.understoodFault");
  const summary = [
    ...(residentId === undefined ? [] : [{ field: "residentId", message: residentId }]),
    ...(understood === undefined ? [] : [{ field: "understood", message: understood }]),
  ];
  const main = html`<h1>${title}</h1>
${faultSummary(t("close.problem"), summary)}
<section class="panel" aria-labelledby="means"><h2 id="means">${t("close.means")}</h2>
<ul class="points"><li>${t("close.signIn")}</li><li>${t("close.applications")}</li><li>${t("close.delegations")}</li><li>${t("close.history")}</li></ul>
<h2>${t("close.stays")}</h2>
<ul class="points"><li>${t("close.register")}</li><li>${t("close.services")}</li><li>${t("close.again")}</li></ul>
<p class="hint">${t("close.exportFirst")} <a href="${accountSections.export}">${t("account.nav.export")}</a></p></section>
<form method="post" action="/account/close" class="panel" novalidate>${formField(visitor)}
<div class="field"><label for="residentId">${t("close.residentId")}</label>
<p class="hint" id="residentId-hint">${t("close.residentIdHint")}</p>
${fieldFault("residentId", residentId)}
<input id="residentId" name="residentId" type="text" dir="ltr" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="64" required${describedBy("residentId", residentId, true)}></div>
<div class="field">${fieldFault("understood", understood)}
<label class="tick"><input id="understood" name="understood" type="checkbox" value="yes" required${describedBy("understood", understood, false)}><span>${t("close.understood")}</span></label></div>
<button type="submit" class="danger">${t("close.submit")}</button></form>`;
  const whole = titleWithFaults(t, title, summary.length > 0);
  return accountLayout(view, { current: "close", title: whole, visitor }, main);
}

/** Says that the account is closed, to somebody who is nobody here any more. */
export function closedPage(view: View): string {
  const { t } = view;
  const main = html`<h1>${t("closed.title")}</h1>
<p class="lead">${t("closed.lead")}</p>
<p>${t("close.again")}</p>`;
  return layout(view, t("closed.title"), main);
}
