/** Calendar months, `YYYY-MM`, as numbers that can be reckoned with. */

/** Months since January of the year 0. */
export function monthNumber(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
}

/** The month that lies `months` behind `month`. */
export function addMonths(month: string, months: number): string {
  const number = monthNumber(month) + months;
  const year = Math.floor(number / 12);
  return `${String(year).padStart(4, "0")}-${String((number % 12) + 1).padStart(2, "0")}`;
}

/** How many months `end` lies behind `start`; negative when it lies before. */
export function monthsFrom(start: string, end: string): number {
  return monthNumber(end) - monthNumber(start);
}

/** The month of a day, `YYYY-MM-DD`. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}
