/**
 * Days and months as whole numbers, so that they can be counted with; written out only at the end.
 * All of them are calendar days of the city: no time zone takes part.
 */

/** Days since 1 January 1970. */
export type Day = number;

/** Months since January of the year 0. */
export type Month = number;

const millisecondsADay = 86_400_000;

/** The first day of a month. `month` counts from 1. */
export function monthOf(year: number, month: number): Month {
  return year * 12 + month - 1;
}

/** A day by its date; `month` and `day` count from 1. */
export function dayOf(year: number, month: number, day: number): Day {
  return Date.UTC(year, month - 1, day) / millisecondsADay;
}

/** The month in which a day lies. */
export function monthOfDay(day: Day): Month {
  const date = new Date(day * millisecondsADay);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export function firstDay(month: Month): Day {
  return dayOf(Math.floor(month / 12), (month % 12) + 1, 1);
}

export function lastDay(month: Month): Day {
  return firstDay(month + 1) - 1;
}

/** Month of the year, 1 to 12. */
export function monthOfYear(month: Month): number {
  return (month % 12) + 1;
}

export function yearOf(month: Month): number {
  return Math.floor(month / 12);
}

/** The same day of the month `months` later, or the last one of that month when it is shorter. */
export function addMonths(day: Day, months: number): Day {
  const month = monthOfDay(day);
  const dayOfMonth = day - firstDay(month);
  return Math.min(firstDay(month + months) + dayOfMonth, lastDay(month + months));
}

/** Whole years of life on a day. */
export function ageOn(birth: Day, day: Day): number {
  return Math.floor(wholeMonthsBetween(birth, day) / 12);
}

/** Whole months from one day to another; a month is whole when its day of the month comes round. */
export function wholeMonthsBetween(from: Day, to: Day): number {
  const months = monthOfDay(to) - monthOfDay(from);
  return addMonths(from, months) > to ? months - 1 : months;
}

/** `YYYY-MM-DD`. */
export function formatDay(day: Day): string {
  return new Date(day * millisecondsADay).toISOString().slice(0, 10);
}

/** `YYYY-MM`. */
export function formatMonth(month: Month): string {
  return `${String(yearOf(month)).padStart(4, "0")}-${String(monthOfYear(month)).padStart(2, "0")}`;
}

/** The UTC instant (RFC 3339) of a time of day in the city, eight hours ahead of UTC all year. */
export function formatInstant(day: Day, minuteOfDay: number): string {
  const instant = new Date(day * millisecondsADay + (minuteOfDay - 8 * 60) * 60_000);
  return `${instant.toISOString().slice(0, 19)}Z`;
}

/**
 * Reads `YYYY-MM-DD`.
 *
 * @throws RangeError when there is no such day
 */
export function parseDay(text: string): Day {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) / millisecondsADay : Number.NaN;
  if (Number.isNaN(day) || formatDay(day) !== text) throw new RangeError(`not a calendar day: ${text}`);
  return day;
}

/** Today in the city. */
export function todayInCity(now: Date): Day {
  return parseDay(new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(now));
}
