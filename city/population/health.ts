/** Medical insurance, encounters and prescriptions. Amounts are in fen. */

import { type Ailment, ailments, chronicAilments, type Medicine } from "./ailments.ts";
import { addMonths, ageOn, type Day, dayOf } from "./calendar.ts";
import type { Person } from "./household.ts";
import { districts } from "./places.ts";
import type { Random } from "./random.ts";
import type { Standing, WorkingLife } from "./work.ts";

export interface Coverage {
  readonly scheme: "EMPLOYEE" | "RESIDENT";
  readonly start: Day;
  readonly end: Day | null;
  /** The employees' scheme alone has personal accounts. */
  readonly accountBalance: number | null;
}

export type EncounterClass = "AMBULATORY" | "INPATIENT" | "EMERGENCY" | "VIRTUAL";

/** A point in time: minutes since the midnight with which a day begins in the city. */
export interface Moment {
  readonly day: Day;
  readonly minute: number;
}

export interface Encounter {
  readonly id: string;
  readonly class: EncounterClass;
  readonly start: Moment;
  /** Null while it goes on. */
  readonly end: Moment | null;
  readonly serviceProvider: string;
  readonly serviceType: string;
  readonly reason: string;
  readonly totalCost: number;
  readonly coveredByFund: number;
  readonly paidByCitizen: number;
  readonly prescriptions: readonly Prescription[];
}

export interface Prescription {
  readonly id: string;
  readonly medication: string;
  readonly dosageInstruction: string;
  readonly authoredOn: Moment;
  readonly status: "ACTIVE" | "COMPLETED" | "STOPPED";
}

export interface HealthRecord {
  readonly coverage: Coverage | null;
  /** In the order of time. */
  readonly encounters: readonly Encounter[];
}

const residentInsuranceBegins = dayOf(2007, 7, 1);
const employeeInsuranceBegins = dayOf(1999, 1, 1);
const monthsOfRecords = 36;

/** The health record of a person up to the day before `asOf`, with no fewer than `leastEncounters`. */
export function liveHealth(
  random: Random,
  person: Person,
  life: WorkingLife | null,
  asOf: Day,
  leastEncounters: number,
): HealthRecord {
  const coverage = insure(random, person, life, asOf);
  const age = ageOn(person.birth, asOf);
  const most = age >= 60 ? 8 : age <= 6 ? 6 : 4;
  const recordsBegin = Math.max(person.birth, addMonths(asOf, -monthsOfRecords));
  const count = recordsBegin < asOf ? Math.max(leastEncounters, random.int(0, most)) : 0;
  const days = Array.from({ length: count }, () => random.int(recordsBegin, asOf - 1)).sort((a, b) => a - b);
  return { coverage, encounters: days.map((day) => meet(random, day, age, coverage, asOf)) };
}

/** Whoever works or has retired from work; the unemployment insurance keeps its recipients insured (art. 48). */
const employeeInsured: ReadonlySet<Standing> = new Set(["employed", "employee_pensioner", "laid_off"]);

function insure(random: Random, person: Person, life: WorkingLife | null, asOf: Day): Coverage | null {
  const firstJob = life?.jobs[0];
  if (firstJob && life && employeeInsured.has(life.standing)) {
    const start = Math.max(firstJob.start, employeeInsuranceBegins);
    return { scheme: "EMPLOYEE", start, end: null, accountBalance: random.int(2_000, 900_000) };
  }
  if (random.chance(0.02)) return null;
  const start = Math.max(person.birth, residentInsuranceBegins);
  const ended = random.chance(0.03) && start < asOf - 400;
  return { scheme: "RESIDENT", start, end: ended ? asOf - random.int(1, 300) : null, accountBalance: null };
}

/** One encounter, and what is written in it. */
function meet(random: Random, day: Day, age: number, coverage: Coverage | null, asOf: Day): Encounter {
  const kind = encounterClass(random);
  const ailment = random.pick(age >= 55 && random.chance(0.6) ? chronicAilments : ailments);
  const start = { day, minute: random.int(8 * 60, 18 * 60) };
  const insured = coverage !== null && day >= coverage.start && day <= (coverage.end ?? day);
  return {
    id: random.uuid(),
    class: kind,
    start,
    end: endOf(random, kind, start, asOf),
    serviceProvider: providerOf(random, kind),
    serviceType: kind === "EMERGENCY" ? "急诊科" : ailment.serviceType,
    reason: ailment.reason,
    ...shareCost(random, kind, insured ? coverage.scheme : null),
    prescriptions: prescribe(random, ailment, start, asOf),
  };
}

function encounterClass(random: Random): EncounterClass {
  return random.weighted([
    [78, "AMBULATORY"],
    [6, "INPATIENT"],
    [6, "EMERGENCY"],
    [10, "VIRTUAL"],
  ]);
}

function endOf(random: Random, kind: EncounterClass, start: Moment, asOf: Day): Moment | null {
  if (kind !== "INPATIENT") return { day: start.day, minute: start.minute + random.int(10, 90) };
  const day = start.day + random.int(2, 12);
  return day < asOf ? { day, minute: random.int(9 * 60, 16 * 60) } : null;
}

function providerOf(random: Random, kind: EncounterClass): string {
  const { name } = random.pick(districts);
  if (kind === "VIRTUAL") return "惠民互联网医院";
  return kind === "AMBULATORY" && random.chance(0.5) ? `${name}社区卫生服务中心` : `${name}人民医院`;
}

const costRange: Readonly<Record<EncounterClass, readonly [number, number]>> = {
  AMBULATORY: [2_000, 60_000],
  INPATIENT: [200_000, 3_000_000],
  EMERGENCY: [10_000, 200_000],
  VIRTUAL: [1_000, 12_000],
};

const fundPercent: Readonly<Record<Coverage["scheme"], readonly [number, number]>> = {
  EMPLOYEE: [50, 90],
  RESIDENT: [40, 75],
};

function shareCost(random: Random, kind: EncounterClass, scheme: Coverage["scheme"] | null) {
  const totalCost = random.int(...costRange[kind]);
  const percent = scheme === null ? 0 : random.int(...fundPercent[scheme]);
  const coveredByFund = Math.floor((totalCost * percent) / 100);
  return { totalCost, coveredByFund, paidByCitizen: totalCost - coveredByFund };
}

function prescribe(random: Random, ailment: Ailment, at: Moment, asOf: Day): Prescription[] {
  return ailment.medicines.filter(() => random.chance(0.8)).map((medicine) => write(random, medicine, at, asOf));
}

function write(random: Random, medicine: Medicine, at: Moment, asOf: Day): Prescription {
  const recent = at.day > asOf - 14;
  return {
    id: random.uuid(),
    medication: medicine.name,
    dosageInstruction: medicine.dosage,
    authoredOn: { day: at.day, minute: at.minute + 5 },
    status: recent ? "ACTIVE" : random.chance(0.04) ? "STOPPED" : "COMPLETED",
  };
}
