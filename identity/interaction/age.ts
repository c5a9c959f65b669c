/** When a child may decide about its own data. */

// Swedish writes days as ISO 8601 does.
const cityDay = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

/**
 * Whether somebody has not turned fourteen yet: until then her guardian decides about her data (PIPL art. 31).
 *
 * @param birthDate ISO 8601 date
 */
export function isUnder14(birthDate: string, now: Date): boolean {
  const [year = "", ...rest] = cityDay.format(now).split("-");
  return birthDate > [String(Number(year) - 14), ...rest].join("-");
}
