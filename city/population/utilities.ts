/** Homes, their meters, twelve months of readings, and the bills. Amounts are in fen. */
import { type Day, firstDay, lastDay, type Month, monthOfDay, monthOfYear } from "./calendar.ts";
import type { Address } from "./places.ts";
import type { Random } from "./random.ts";

export type UtilityService = "WATER" | "POWER" | "GAS" | "HEATING";

/** A home and what its household shares. */
export interface Premises {
  readonly id: string;
  readonly address: Address;
  readonly meters: readonly Meter[];
  readonly bills: readonly Bill[];
}

/** Quantities are whole thousandths of the unit: cubic metres, kilowatt-hours, gigajoules. */
export interface Reading {
  readonly month: Month;
  readonly value: number;
  readonly consumption: number;
}

export interface Meter {
  readonly id: string;
  readonly service: UtilityService;
  /** In the order of time. */
  readonly readings: readonly Reading[];
}

export interface Bill {
  readonly id: string;
  readonly service: UtilityService;
  readonly month: Month;
  /** Thousandths of the unit. */
  readonly consumption: number;
  readonly amount: number;
  readonly dueOn: Day;
  readonly paidOn: Day | null;
}

/** How a household pays: `promptly`, or leaving the bills of the last month or two. */
export type PayingHabit = "promptly" | "leaves_last_month" | "leaves_two_months";

/** Fen for one unit. */
export const tariffs: Readonly<Record<UtilityService, number>> = { WATER: 345, POWER: 56, GAS: 237, HEATING: 3_400 };

/** Months of readings and bills, the last one before the month of the load day. */
export const monthsOfBills = 12;

/** The part of each month of the year, in percent, in which homes are heated: 15 October to 15 April. */
const heatedPercent: Readonly<Record<number, number>> = { 10: 50, 11: 100, 12: 100, 1: 100, 2: 100, 3: 100, 4: 50 };

const services = ["WATER", "POWER", "GAS", "HEATING"] as const;

/** Supplies a home of `residents` people up to the day `asOf`. */
export function supply(random: Random, address: Address, residents: number, habit: PayingHabit, asOf: Day): Premises {
  const home = { residents, squareMetres: random.int(45, 130) };
  const meters = services.map((service) => measure(random, service, home, asOf));
  const bills = meters.flatMap((meter) => charge(random, meter, habit, asOf));
  return { id: random.uuid(), address, meters, bills };
}

/** Picks how a household pays. */
export function pickHabit(random: Random): PayingHabit {
  return random.weighted([
    [70, "promptly"],
    [22, "leaves_last_month"],
    [8, "leaves_two_months"],
  ]);
}

interface Home {
  readonly residents: number;
  readonly squareMetres: number;
}

function measure(random: Random, service: UtilityService, home: Home, asOf: Day): Meter {
  const first = monthOfDay(asOf) - monthsOfBills;
  let value = random.int(10, 900) * 1_000;
  const readings = Array.from({ length: monthsOfBills }, (_, i) => {
    const month = first + i;
    const consumption = consume(random, service, home, monthOfYear(month));
    value += consumption;
    return { month, value, consumption };
  });
  return { id: random.uuid(), service, readings };
}

/** What a home uses in a month, give or take a fifth; water and power are read in whole units. */
function consume(random: Random, service: UtilityService, home: Home, monthOfYear: number): number {
  const usual = usualConsumption(service, home, monthOfYear);
  const used = (usual * random.int(80, 120)) / 100;
  return service === "WATER" || service === "POWER" ? Math.round(used) * 1_000 : Math.round(used * 100) * 10;
}

function usualConsumption(service: UtilityService, home: Home, monthOfYear: number): number {
  switch (service) {
    case "WATER":
      return 1 + 3 * home.residents;
    case "POWER":
      return 50 + 45 * home.residents + (monthOfYear >= 6 && monthOfYear <= 8 ? 60 : 0);
    case "GAS":
      return 4 + 5 * home.residents;
    case "HEATING":
      return (home.squareMetres * 0.07 * (heatedPercent[monthOfYear] ?? 0)) / 100;
  }
}

/** A bill for each month in which something was used, issued on the first day of the next. */
function charge(random: Random, meter: Meter, habit: PayingHabit, asOf: Day): Bill[] {
  return meter.readings
    .filter(({ consumption }) => consumption > 0)
    .map(({ month, consumption }) => ({
      id: random.uuid(),
      service: meter.service,
      month,
      consumption,
      amount: Math.round((consumption * tariffs[meter.service]) / 1_000),
      dueOn: lastDay(month + 1),
      paidOn: payOn(random, month, habit, asOf),
    }));
}

const monthsLeft: Readonly<Record<PayingHabit, number>> = { promptly: 0, leaves_last_month: 1, leaves_two_months: 2 };

/** When the bill for `month` is paid; null while it is not. */
export function payOn(random: Random, month: Month, habit: PayingHabit, asOf: Day): Day | null {
  if (month >= monthOfDay(asOf) - monthsLeft[habit]) return null;
  const day = firstDay(month + 1) + random.int(1, 24);
  return day <= asOf ? day : null;
}
