/** Working lives: careers, the loss of work, and its end. */
import {
  addMonths,
  ageOn,
  type Day,
  firstDay,
  lastDay,
  type Month,
  monthOf,
  monthOfDay,
  wholeMonthsBetween,
} from "./calendar.ts";
import type { Person } from "./household.ts";
import type { Random } from "./random.ts";
import { statutoryRetirementMonth } from "./retirement.ts";
import { employers, occupations } from "./trades.ts";

/** An employment relationship; `end` is null while it goes on. */
export interface Job {
  readonly id: string;
  readonly employer: string;
  readonly occupation: string;
  readonly start: Day;
  readonly end: Day | null;
}

/** A registration as unemployed that is in force. */
export interface Unemployment {
  readonly registeredOn: Day;
  /** Whether the work was lost against the person's will. */
  readonly involuntary: boolean;
  /** Months of unemployment insurance; whoever works is insured. */
  readonly contributionMonths: number;
  /** Months of benefit paid out so far. */
  readonly monthsPaid: number;
}

/** Where a grown-up stands today. */
export type Standing =
  | "employed"
  /** Lost her work against her will, and receives a benefit. */
  | "laid_off"
  /** Gave up her work and looks for another. */
  | "resigned"
  | "at_home"
  | "employee_pensioner"
  | "resident_pensioner";

/** The work of one grown-up; jobs in the order of time, never two in one month. */
export interface WorkingLife {
  readonly standing: Standing;
  readonly jobs: readonly Job[];
  readonly unemployment: Unemployment | null;
  /** First month for which a pension is paid, or null before. */
  readonly pensionSince: Month | null;
}

/** Age at which somebody counts as grown up here. */
export const adultAge = 18;

/** The employees' insurance, and with it the register of jobs, begins in 1992. */
const registerBegins = monthOf(1992, 1);

/** Whoever retired from then on can have worked for the 15 years that the pension asks for since 1992. */
const firstEmployeePensions = monthOf(2010, 1);

/** The residents' pension is paid from this age, and has been paid since the law of 2011. */
const residentPensionAge = 60;
const firstResidentPensions = monthOf(2011, 7);

/** Tells the working life of a person up to the day `asOf`; null for children. */
export function liveWork(random: Random, person: Person, asOf: Day): WorkingLife | null {
  if (ageOn(person.birth, asOf) < adultAge) return null;
  return workAs(random, person, asOf, chooseStanding(random, person, asOf));
}

/** As `liveWork`, for a person of whom it is settled where she stands. */
export function workAs(random: Random, person: Person, asOf: Day, standing: Standing): WorkingLife {
  const retirement = statutoryRetirementMonth(person.birth, person.track);
  const none = { standing, jobs: [], unemployment: null, pensionSince: null };
  switch (standing) {
    case "employed":
      return { ...none, jobs: career(random, person, asOf, null) };
    case "employee_pensioner":
      return { ...none, jobs: career(random, person, asOf, lastDay(retirement)), pensionSince: retirement + 1 };
    case "resident_pensioner":
      return { ...none, pensionSince: residentPensionSince(person.birth) };
    case "at_home": {
      const until = addMonths(asOf, -random.int(18, 120));
      const worked = ageOn(person.birth, until) >= adultAge + 5 && monthOfDay(asOf) <= retirement;
      return { ...none, jobs: worked && random.chance(0.6) ? career(random, person, asOf, until) : [] };
    }
    case "laid_off":
    case "resigned": {
      const lost = addMonths(asOf, -random.int(2, 14));
      const jobs = career(random, person, asOf, lost);
      return { ...none, jobs, unemployment: register(random, jobs, lost, standing === "laid_off", asOf) };
    }
  }
}

function chooseStanding(random: Random, person: Person, asOf: Day): Standing {
  const retirement = statutoryRetirementMonth(person.birth, person.track);
  const age = ageOn(person.birth, asOf);
  if (monthOfDay(asOf) > retirement) {
    if (retirement >= firstEmployeePensions && random.chance(0.85)) return "employee_pensioner";
    return age >= residentPensionAge + 1 ? "resident_pensioner" : "at_home";
  }
  if (age < adultAge + 5)
    return random.weighted([
      [1, "employed"],
      [2, "at_home"],
    ]);
  return random.weighted([
    [82, "employed"],
    [6, "laid_off"],
    [2, "resigned"],
    [10, "at_home"],
  ]);
}

function residentPensionSince(birth: Day): Month {
  return Math.max(monthOfDay(birth) + residentPensionAge * 12 + 1, firstResidentPensions);
}

/** Jobs one after the other, from the end of school until `end` (inclusive; null: the last one goes on). */
function career(random: Random, person: Person, asOf: Day, end: Day | null): Job[] {
  const jobs: Job[] = [];
  const lastMonth = monthOfDay(end ?? asOf);
  let month = Math.max(monthOfDay(person.birth) + 12 * adultAge + random.int(1, 48), registerBegins);
  month = Math.min(month, lastMonth - 1);
  const occupation = random.pick(occupations);
  for (;;) {
    const months = random.int(30, 150);
    // A job shorter than a year at the very end is part of the one before it.
    const last = month + months + 12 >= lastMonth;
    jobs.push({
      id: random.uuid(),
      employer: random.pick(employers),
      occupation,
      start: firstDay(month) + random.int(0, 9),
      end: last ? end : lastDay(month + months) - random.int(0, 9),
    });
    if (last) return jobs;
    month += months + 1 + (random.chance(0.2) ? random.int(1, 4) : 0);
  }
}

/** Registers a person whose last job ended on `lost`, and pays what she is entitled to. */
function register(random: Random, jobs: readonly Job[], lost: Day, involuntary: boolean, asOf: Day): Unemployment {
  const registeredOn = lost + random.int(1, 30);
  const contributionMonths = jobs.reduce((sum, job) => sum + jobMonths(job, asOf).length, 0);
  const entitled = involuntary ? mostBenefitMonths(contributionMonths) : 0;
  const monthsPaid = Math.min(entitled, wholeMonthsBetween(registeredOn, asOf));
  return { registeredOn, involuntary, contributionMonths, monthsPaid };
}

/** Most months of benefit (Social Insurance Law of the PRC, art. 46). */
function mostBenefitMonths(contributionMonths: number): number {
  if (contributionMonths < 12) return 0;
  if (contributionMonths < 60) return 12;
  return contributionMonths < 120 ? 18 : 24;
}

/** The months, over by the day `asOf`, in which a job lasted for at least a day. */
export function jobMonths(job: Job, asOf: Day): Month[] {
  const first = monthOfDay(job.start);
  const last = Math.min(monthOfDay(job.end ?? asOf), monthOfDay(asOf) - 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
