import { type Html, html } from "../../platform/html.ts";
import { named, own, words } from "../overview/card.ts";
import { type Format, formatOf } from "../pages/format.ts";
import { icons } from "../pages/icons.ts";
import { layout } from "../pages/layout.ts";
import type { View } from "../pages/view.ts";
import type { StepUp } from "../sign-in/provider.ts";
import type { Prescription, Prescriptions } from "./ask.ts";

/** What doctors prescribed, or how to come to see it. */
export function prescriptionsPage(view: View, { found }: Prescriptions): string {
  const { t } = view;
  const main = html`<p class="back"><a href="/">${t("prescriptions.back")}</a></p>
<h1>${t("prescriptions.title")}</h1>
${bodyOf(view, found)}`;
  return layout(view, t("prescriptions.title"), main);
}

function bodyOf(view: View, found: Prescriptions["found"]): Html {
  const { t, language } = view;
  switch (found.kind) {
    case "listed":
      return listed(view, formatOf(language), found.list, found.hasMore);
    case "step up":
      return stepUpNotice(view, found.stepUp);
    case "private":
      return html`<p class="private">${icons.own}${t("overview.keptPrivate")}</p>`;
    case "unavailable":
      return html`<p class="unavailable">${t("prescriptions.unavailable")}</p>`;
  }
}

function listed({ t }: View, format: Format, list: readonly Prescription[], hasMore: boolean): Html {
  if (list.length === 0) return words(t("prescriptions.none"));
  return html`<ul class="prescriptions">${list.map(
    ({ medication, dosageInstruction, authoredOn, status }) => html`<li><h2>${own(medication)}</h2>
<p>${own(dosageInstruction)}</p>
<p class="fine">${format.dayOf(authoredOn)} · ${named(t, "prescriptions.status", status)}</p></li>`,
  )}</ul>
${hasMore && html`<p class="fine">${t("prescriptions.more")}</p>`}`;
}

/** The demand of the graph goes on to identity as it is (RFC 9470, 4). */
function stepUpNotice({ t }: View, { acr_values, max_age }: StepUp): Html {
  const demand = { acr_values, ...(max_age !== undefined && { max_age: String(max_age) }) };
  const query = new URLSearchParams({ for: "prescriptions", ...demand });
  return html`<section class="step-up"><p class="lead">${t("prescriptions.stepUp")}</p>
<p><a class="button" href="/sign-in?${query.toString()}">${t("prescriptions.confirm")}</a></p></section>`;
}
