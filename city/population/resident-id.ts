/** Resident ID numbers of people who do not exist. */
import { type Day, formatDay } from "./calendar.ts";

/** No place in China has this region code, so no such number can belong to anybody. */
export const syntheticRegion = "000000";

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkDigits = "10X98765432";

/** The check digit of the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2). */
export function checkDigit(digits: string): string {
  const sum = weights.reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  return checkDigits.charAt(sum % 11);
}

/** Hands out resident ID numbers, each one once. */
export interface ResidentIdRegister {
  /**
   * The next free number of that birth date. The sequence says nothing: here nobody's sex is in her number.
   *
   * @throws RangeError when all 999 numbers of the day are taken
   */
  issue(birth: Day): string;
}

/** A register that has issued nothing yet. */
export function createResidentIdRegister(): ResidentIdRegister {
  const issued = new Map<Day, number>();
  return {
    issue(birth) {
      const sequence = (issued.get(birth) ?? 0) + 1;
      if (sequence > 999) throw new RangeError(`all resident ID numbers of ${formatDay(birth)} are taken`);
      issued.set(birth, sequence);
      const digits = syntheticRegion + formatDay(birth).replaceAll("-", "") + String(sequence).padStart(3, "0");
      return digits + checkDigit(digits);
    },
  };
}
