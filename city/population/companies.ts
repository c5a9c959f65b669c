/** What a household buys of companies: drinking water, and current for a car. Amounts are in fen. */
import { type Day, firstDay, lastDay, type Month, monthOfDay } from "./calendar.ts";
import type { Random } from "./random.ts";
import { type PayingHabit, payOn } from "./utilities.ts";

/** The contracts of a household, in the name of the one who keeps the house; null where there is none. */
export interface Contracts {
  readonly water: Contract<ContractBill> | null;
  readonly power: Contract<ChargingBill> | null;
}

export interface Contract<Bill> {
  /** 16 digits that mean something to the company alone. */
  readonly number: string;
  readonly since: Day;
  /** In the order of time. */
  readonly bills: readonly Bill[];
}

export interface ContractBill {
  readonly id: string;
  readonly month: Month;
  /** Thousandths of the unit: cubic metres of water, kilowatt-hours of power. */
  readonly consumption: number;
  readonly amount: number;
  readonly dueOn: Day;
  readonly paidOn: Day | null;
}

export interface ChargingBill extends ContractBill {
  readonly nightConsumption: number;
}

/** Fen for a cubic metre of drinking water. */
export const drinkingWaterPrice = 6_000;

/** Fen for a kilowatt-hour. */
export const chargingPrice = { day: 62, night: 31 } as const;

/** Months of bills, the last one before the month of the load day. */
const monthsOfBills = 12;

/**
 * Signs the contracts of a household. The two companies share nothing but the people: number, days and bills of the one
 * say nothing about those of the other.
 *
 * @param chance how likely each contract is, 0 to 1
 */
export function signContracts(
  random: Random,
  residents: number,
  habit: PayingHabit,
  asOf: Day,
  chance: number,
): Contracts {
  const sign = <Bill>(bill: (terms: BillTerms) => Bill): Contract<Bill> | null =>
    random.chance(chance) ? contract(random, habit, asOf, bill) : null;
  return {
    water: sign((terms) => {
      const consumption = random.int(20, 45) * residents;
      return { ...terms, consumption, amount: Math.round((consumption * drinkingWaterPrice) / 1_000) };
    }),
    power: sign((terms) => {
      const [day, night] = [random.int(0, 80), random.int(40, 260)];
      const amount = day * chargingPrice.day + night * chargingPrice.night;
      return { ...terms, consumption: (day + night) * 1_000, nightConsumption: night * 1_000, amount };
    }),
  };
}

type BillTerms = Omit<ContractBill, "consumption" | "amount">;

function contract<Bill>(
  random: Random,
  habit: PayingHabit,
  asOf: Day,
  bill: (terms: BillTerms) => Bill,
): Contract<Bill> {
  const first = monthOfDay(asOf) - monthsOfBills;
  return {
    number: `${digits(random)}${digits(random)}`,
    since: firstDay(first) - random.int(0, 900),
    bills: Array.from({ length: monthsOfBills }, (_, i) => {
      const month = first + i;
      return bill({ id: random.uuid(), month, dueOn: lastDay(month + 1), paidOn: payOn(random, month, habit, asOf) });
    }),
  };
}

function digits(random: Random): string {
  return String(random.int(0, 99_999_999)).padStart(8, "0");
}
