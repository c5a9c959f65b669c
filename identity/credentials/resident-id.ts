/** Resident ID numbers (GB 11643-1999, citizen identification number). */

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const checkDigits = "10X98765432";
const shape = /^\d{17}[\dX]$/;

/** Whether a text could be meant as a resident ID number: 17 digits and a digit or X. */
export function looksLikeResidentId(text: string): boolean {
  return shape.test(text);
}

/**
 * Whether a number is well-formed: its check digit is right and it holds a day of birth that exists.
 *
 * The region code (digits 1 to 6) is not held against a list: regions are split and merged, people born
 * in one that is gone keep their number, 81 to 83 stand for residents from Hong Kong, Macao and Taiwan,
 * a first 9 for foreign permanent residents, and synthetic citizens have 000000.
 */
export function isResidentId(number: string): boolean {
  return looksLikeResidentId(number) && number[17] === checkDigit(number) && isDay(number.slice(6, 14));
}

/** The check digit for the first 17 digits (ISO 7064, MOD 11-2). */
export function checkDigit(digits: string): string {
  const sum = weights.reduce((total, weight, place) => total + weight * Number(digits[place]), 0);
  return checkDigits.charAt(sum % 11);
}

function isDay(digits: string): boolean {
  const day = digits.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
  const instant = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day);
}
