/** Old-age insurance: what a working life pays in, and what it gets out. Amounts are in fen. */
import { type Day, firstDay, type Month, monthOf, monthOfDay, yearOf } from "./calendar.ts";
import type { Person } from "./household.ts";
import type { Random } from "./random.ts";
import type { RetirementTrack } from "./retirement.ts";
import { jobMonths, type WorkingLife } from "./work.ts";

export interface Contribution {
  readonly month: Month;
  /** The wage on which it is reckoned. */
  readonly base: number;
  readonly employerPart: number;
  readonly citizenPart: number;
}

export interface PensionPayment {
  readonly month: Month;
  readonly paidOn: Day;
  readonly amount: number;
}

/** What the pension department knows of one citizen. */
export interface PensionRecord {
  readonly scheme: "EMPLOYEE" | "RESIDENT";
  readonly birthMonth: Month;
  readonly track: RetirementTrack;
  readonly contributing: boolean;
  /** Months on paper, before the first of `contributions`. */
  readonly carriedMonths: number;
  /** Own wage over the average wage. */
  readonly wageIndex: number;
  readonly accountBalance: number;
  /** First month for which the pension is paid, or null before. */
  readonly pensionSince: Month | null;
  readonly contributions: readonly Contribution[];
  readonly payments: readonly PensionPayment[];
}

/** Parts of the contribution base, in percent (State Council, 2019: the employer's part is 16). */
const citizenPercent = 8;
const employerPercent = 16;

/** Since the Social Insurance Law, July 2011, each month is a record; earlier ones are on paper. */
const recordsBegin = monthOf(2011, 7);

const payday = 15;
const yearlyRaise = 1.03;

/** Months over which the personal account is paid out, from retirement at 50 to 63 (State Council, 2005, No. 38). */
const payoutMonths = [195, 190, 185, 180, 175, 170, 164, 158, 152, 145, 139, 132, 125, 117];

/** The old-age insurance of a citizen; null when she has never taken part. */
export function insureOldAge(random: Random, person: Person, life: WorkingLife, asOf: Day): PensionRecord | null {
  if (life.standing === "resident_pensioner") return residentPension(person, life.pensionSince, asOf);
  if (life.jobs.length === 0) return null;
  const wageIndex = Math.min(random.int(6_000, 24_000), random.int(6_000, 24_000)) / 10_000;
  const paid = life.jobs.flatMap((job) => jobMonths(job, asOf)).map((month) => contribute(month, wageIndex));
  const contributions = paid.filter(({ month }) => month >= recordsBegin);
  const saved = paid.reduce((sum, { citizenPart }) => sum + citizenPart, 0);
  const record = {
    scheme: "EMPLOYEE",
    birthMonth: monthOfDay(person.birth),
    track: person.track,
    contributing: life.standing === "employed",
    carriedMonths: paid.length - contributions.length,
    wageIndex,
    pensionSince: life.pensionSince,
    contributions,
  } as const;
  if (life.pensionSince === null) return { ...record, accountBalance: saved, payments: [] };
  return { ...record, ...payOut(life.pensionSince, record, paid.length, saved, asOf) };
}

function contribute(month: Month, wageIndex: number): Contribution {
  const base = wholeYuan(averageWage(yearOf(month)) * wageIndex);
  return {
    month,
    base,
    employerPart: (base * employerPercent) / 100,
    citizenPart: (base * citizenPercent) / 100,
  };
}

/** The average monthly wage in a year; that of 2025 is the one by which the pension department reckons. */
function averageWage(year: number): number {
  return wholeYuan(780_000 * 1.05 ** (year - 2025));
}

function wholeYuan(fen: number): number {
  return Math.round(fen / 100) * 100;
}

/** Basic pension (State Council, 2005, No. 38) and the personal account, raised every January. */
function payOut(
  since: Month,
  record: { readonly wageIndex: number; readonly birthMonth: Month },
  contributionMonths: number,
  saved: number,
  asOf: Day,
): Pick<PensionRecord, "accountBalance" | "payments"> {
  const retirementAge = Math.floor((since - record.birthMonth) / 12);
  const fromAccount = Math.round(saved / (payoutMonths[retirementAge - 50] ?? 139));
  const basic = (averageWage(yearOf(since)) * (1 + record.wageIndex) * contributionMonths) / 12 / 100 / 2;
  const payments = payMonthly(since, asOf, (month) =>
    Math.round((basic + fromAccount) * yearlyRaise ** (yearOf(month) - yearOf(since))),
  );
  return { payments, accountBalance: Math.max(0, saved - fromAccount * payments.length) };
}

/** The residents' pension without contributions, for whoever was old when the scheme began. */
function residentPension(person: Person, since: Month | null, asOf: Day): PensionRecord | null {
  if (since === null) return null;
  return {
    scheme: "RESIDENT",
    birthMonth: monthOfDay(person.birth),
    track: person.track,
    contributing: false,
    carriedMonths: 0,
    wageIndex: 0,
    accountBalance: 0,
    pensionSince: since,
    contributions: [],
    payments: payMonthly(since, asOf, (month) => wholeYuan(5_500 * 1.09 ** (yearOf(month) - 2011))),
  };
}

function payMonthly(since: Month, asOf: Day, amountOf: (month: Month) => number): PensionPayment[] {
  const payments: PensionPayment[] = [];
  for (let month = since; firstDay(month) + payday - 1 <= asOf; month++) {
    payments.push({ month, paidOn: firstDay(month) + payday - 1, amount: amountOf(month) });
  }
  return payments;
}
