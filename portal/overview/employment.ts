import { type Html, html } from "../../platform/html.ts";
import { sentence } from "../pages/sentence.ts";
import { card, facts, keptPrivate, named, own, type Tone, type Writing, words } from "./card.ts";
import type { EmploymentStatus, OverviewQuery } from "./overview.generated.ts";

type Employment = NonNullable<NonNullable<OverviewQuery["employment"]>["employment"]>;
type Job = NonNullable<Employment["job"]>;
type Registration = NonNullable<Employment["unemployment"]>;

const tones: Readonly<Record<EmploymentStatus, Tone>> = {
  EMPLOYED: "good",
  UNEMPLOYED: "note",
  RETIRED: "plain",
  NOT_IN_LABOUR_FORCE: "plain",
};

/**
 * The job, or the registration as unemployed with its benefit.
 *
 * @param isPrivate whether what is missing may be kept from the reader
 */
export function employmentCard(writing: Writing, employment: Employment | null, isPrivate: boolean): Html {
  const { t } = writing;
  if (!employment) return card(t, "employment", null, words(t("employment.none")));
  const { status } = employment;
  const chip = { tone: tones[status] ?? "plain", label: named(t, "employment.status", status) };
  return card(t, "employment", chip, body(writing, employment, isPrivate));
}

function body(writing: Writing, { status, job, unemployment }: Employment, isPrivate: boolean): Html {
  if (isPrivate) return keptPrivate(writing.t);
  if (job) return atWork(writing, job);
  if (unemployment) return withoutWork(writing, unemployment);
  return words(writing.t(status === "RETIRED" ? "employment.retired" : "employment.notWorking"));
}

function atWork({ t, format }: Writing, job: Job): Html {
  return facts(
    [t("employment.employer"), own(job.employer)],
    [
      [t("employment.occupation"), own(job.occupation)],
      [t("employment.since"), format.day(job.start)],
    ],
  );
}

function withoutWork({ t, format }: Writing, { registeredOn, benefit }: Registration): Html {
  const registered = [t("employment.registeredOn"), format.day(registeredOn)] as const;
  if (!benefit) return html`${facts(null, [registered])}${words(t("employment.noBenefit"))}`;
  const left = sentence(t, "employment.monthsLeftOf", { left: benefit.monthsLeft }, benefit.months);
  return facts(
    [t("employment.benefit"), format.money(benefit.monthlyAmount)],
    [[t("employment.monthsLeft"), left], registered],
  );
}
