/** The first page of the account: who she is to the city, and the way to everything else. */
import { type Html, html } from "../../platform/html.ts";
import { type Language, languageInfo, languages } from "../../platform/i18n.ts";
import type { AssuranceLevel } from "../../trust/assurance.ts";
import type { Visitor } from "../account/visitor.ts";
import type { AccountNumbers } from "../store/accounts.ts";
import { type AccountSection, accountLayout, accountSections, formField } from "./account-layout.ts";
import { recoveryUnderWay } from "./account-recovery.ts";
import { icons } from "./icons.ts";
import type { View } from "./view.ts";

export interface OverviewState {
  readonly numbers: AccountNumbers;
  readonly level: AssuranceLevel;
  /** When a recovery that is under way may be completed; null when none is. */
  readonly recoveryReadyAt: Date | null;
  /** What she has just done here. */
  readonly done: { readonly saved?: "language" | undefined; readonly stopped?: "recovery" | undefined };
}

export function overviewPage(view: View, visitor: Visitor, state: OverviewState): string {
  const { t } = view;
  const { numbers, level, recoveryReadyAt, done } = state;
  const title = t("account.title");
  const main = html`<h1>${title}</h1>
${done.saved && html`<p class="notice" role="status">${t("account.saved")}</p>`}
${done.stopped && html`<p class="notice" role="status">${t("security.done.stopped")}</p>`}
${recoveryUnderWay(view, visitor, { readyAt: recoveryReadyAt, stopAt: "/account/recovery/stop" })}
<section class="panel" aria-labelledby="profile"><h2 id="profile">${t("account.profile")}</h2>
<dl class="facts">
<dt>${t("account.name")}</dt><dd><bdi>${visitor.name}</bdi></dd>
<dt>${t("account.residentId")}</dt><dd><bdi dir="ltr">${maskResidentId(numbers.residentId)}</bdi></dd>
<dt>${t("account.mobile")}</dt><dd>${numbers.mobile === null ? t("account.noMobile") : html`<bdi dir="ltr">${maskMobile(numbers.mobile)}</bdi>`}</dd>
<dt>${t("account.level")}</dt><dd>${t(`account.levels.${level.slice(-1)}`)}</dd>
</dl>
<p class="hint">${t("account.wrongName")}</p>
${languageForm(view, visitor)}</section>
<h2>${t("account.everything")}</h2>
<ul class="cards">${cards(view)}</ul>`;
  return accountLayout(view, { current: "overview", title, visitor }, main);
}

function languageForm({ t }: View, visitor: Visitor): Html {
  const options = languages.map((tag: Language) => {
    const chosen = tag === visitor.preferredLanguage && html` selected`;
    return html`<option value="${tag}" lang="${tag}"${chosen}>${languageInfo[tag].name}</option>`;
  });
  return html`<form method="post" action="/account/language" class="line">${formField(visitor)}
<div class="field"><label for="preferred">${t("account.preferredLanguage")}</label>
<p class="hint" id="preferred-hint">${t("account.preferredLanguageHint")}</p>
<select id="preferred" name="language" aria-describedby="preferred-hint">${options}</select></div>
<button type="submit" class="quiet">${t("account.save")}</button></form>`;
}

function cards({ t }: View): Html[] {
  return Object.entries(accountSections)
    .filter(([section]) => section !== "overview")
    .map(([section, address]) => {
      const icon = icons[section as AccountSection];
      return html`<li><a href="${address}">${icon}<strong>${t(`account.nav.${section}`)}</strong> <span>${t(`account.about.${section}`)}</span></a></li>`;
    });
}

/** A number of the register as it may stand on a screen that others can see: its ends alone. */
function maskResidentId(residentId: string): string {
  return `${residentId.slice(0, 1)}${"*".repeat(residentId.length - 2)}${residentId.slice(-1)}`;
}

function maskMobile(mobile: string): string {
  return `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;
}
