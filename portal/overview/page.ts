import { type Html, html } from "../../platform/html.ts";
import { formatOf } from "../pages/format.ts";
import { layout } from "../pages/layout.ts";
import { sentence } from "../pages/sentence.ts";
import type { View } from "../pages/view.ts";
import type { Overview } from "./ask.ts";
import { type Department, privateCard, unavailableCard, type Writing } from "./card.ts";
import { employmentCard } from "./employment.ts";
import { healthCard } from "./health.ts";
import { pensionCard } from "./pension.ts";
import { suppliersCard } from "./suppliers.ts";
import { utilitiesCard } from "./utilities.ts";

/**
 * The citizen's own page: a greeting, a card for each department, and one for the companies. To somebody who acts for her it is a page about
 * her, and says what is kept from the actor.
 */
export function overviewPage(view: View, overview: Overview, now: Date): string {
  const { t } = view;
  const format = formatOf(view.language);
  const main = html`<header class="greeting">
<p class="today">${format.today(now)}</p>
<h1>${heading(view, overview)}</h1>
<p class="lead">${t(view.actingFor ? "acting.intro" : "overview.intro")}</p>
</header>
<div class="cards">
${departments.map((department) => cardOf(department, { t, format }, overview))}
${suppliersCard({ t, format }, overview)}
</div>`;
  return layout(view, t(view.actingFor ? "acting.title" : "overview.title"), main);
}

const departments: readonly Department[] = ["health", "pension", "employment", "utilities"];

function heading({ t, actingFor }: View, { citizen }: Overview): Html | string {
  if (!citizen) return t("acting.title");
  return sentence(t, actingFor ? "acting.heading" : "overview.greeting", { name: citizen.name.text });
}

/** Health and employment may be kept back in part; of the others, what is left would tell nothing. */
function cardOf(department: Department, writing: Writing, overview: Overview): Html {
  const { health, pension, employment, utilities } = overview;
  const isPrivate = overview.keptPrivate.has(department);
  const isWhollyPrivate = isPrivate && (!partlyPrivate.has(department) || isEmpty(overview[department]));
  if (isWhollyPrivate) return privateCard(writing.t, department);
  if (department === "health" && health) return healthCard(writing, health, isPrivate);
  if (department === "pension" && pension) return pensionCard(writing, pension.pension);
  if (department === "employment" && employment) return employmentCard(writing, employment.employment, isPrivate);
  if (department === "utilities" && utilities) return utilitiesCard(writing, utilities);
  return unavailableCard(writing.t, department);
}

const partlyPrivate: ReadonlySet<Department> = new Set(["health", "employment"]);

function isEmpty(part: object | null): boolean {
  return Object.values(part ?? {}).every((value) => value === null);
}
