/** The time, as a value that rules are given and tests choose. */

/** Says what time it is. */
export type Clock = () => Date;

/** The time of this machine. */
export const systemClock: Clock = () => new Date();

const dayInShanghai = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Asia/Shanghai",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** The calendar day of an instant in the city (`Asia/Shanghai`), `YYYY-MM-DD`. */
export function cityDay(instant: Date): string {
  return dayInShanghai.format(instant);
}
