import { type Html, html } from "../../platform/html.ts";
import { card, facts, keptPrivate, named, own, type Row, type Writing, words } from "./card.ts";
import type { OverviewQuery } from "./overview.generated.ts";

type Health = NonNullable<OverviewQuery["health"]>;

/**
 * Cover and the last encounter. Why she was seen stays out: the page is often read over a shoulder.
 *
 * @param isPrivate whether what is missing may be kept from the reader
 */
export function healthCard({ t, format }: Writing, { coverage, lastEncounter }: Health, isPrivate: boolean): Html {
  const chip = coverage && {
    tone: coverage.status === "ACTIVE" ? ("good" as const) : ("note" as const),
    label: named(t, "health.status", coverage.status),
  };
  const encounter: readonly Row[] = lastEncounter
    ? [
        [t("health.kind"), own(named(t, "health.kinds", lastEncounter.class))],
        [t("health.provider"), own(lastEncounter.serviceProvider)],
        [t("health.department"), own(lastEncounter.serviceType)],
        [t("health.paid"), format.money(lastEncounter.cost.paidByCitizen)],
      ]
    : [];
  const insurance: readonly (Row | null)[] = coverage
    ? [
        [t("health.scheme"), own(named(t, "health.schemes", coverage.scheme))],
        coverage.accountBalance && [t("health.balance"), format.money(coverage.accountBalance)],
      ]
    : [];
  const main: Row | null = lastEncounter && [t("health.lastEncounter"), format.dayOf(lastEncounter.start)];
  const body = html`${facts(main, [...encounter, ...insurance])}
${isPrivate ? keptPrivate(t) : html`${!lastEncounter && words(t("health.noEncounter"))}${!coverage && words(t("health.noCoverage"))}`}`;
  const more = !isPrivate && html`<p class="fine"><a href="/prescriptions">${t("prescriptions.title")}</a></p>`;
  return card(t, "health", chip, html`${body}${more}`);
}
