import { html } from "../../platform/html.ts";
import { formatOf } from "../pages/format.ts";
import { layout } from "../pages/layout.ts";
import { sentence } from "../pages/sentence.ts";
import type { View } from "../pages/view.ts";
import type { Overview } from "./ask.ts";
import { unavailableCard } from "./card.ts";
import { employmentCard } from "./employment.ts";
import { healthCard } from "./health.ts";
import { pensionCard } from "./pension.ts";
import { utilitiesCard } from "./utilities.ts";

/** The citizen's own page: a greeting and a card for each department. */
export function overviewPage(view: View, overview: Overview, now: Date): string {
  const { t } = view;
  const format = formatOf(view.language);
  const writing = { t, format };
  const { citizen, health, pension, employment, utilities } = overview;
  const main = html`<header class="greeting">
<p class="today">${format.today(now)}</p>
<h1>${sentence(t, "overview.greeting", { name: citizen.name.text })}</h1>
<p class="lead">${t("overview.intro")}</p>
</header>
<div class="cards">
${health ? healthCard(writing, health) : unavailableCard(t, "health")}
${pension ? pensionCard(writing, pension.pension) : unavailableCard(t, "pension")}
${employment ? employmentCard(writing, employment.employment) : unavailableCard(t, "employment")}
${utilities ? utilitiesCard(writing, utilities) : unavailableCard(t, "utilities")}
</div>`;
  return layout(view, t("overview.title"), main);
}
