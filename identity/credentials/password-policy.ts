/**
 * Which passwords may be chosen (NIST SP 800-63B-4, 3.1.1.2): long enough, and none that everybody guesses first.
 * No rule asks for kinds of characters, and no password grows too old. Looked at only when one is chosen.
 */
import { dictionary } from "@zxcvbn-ts/language-common";
import { longestPassword, normalize } from "./password.ts";

export type PasswordFault = "missing" | "short" | "long" | "common" | "personal" | "repeated";

/** Fewest characters: of a password that stands alone, and of one with a second factor beside it. */
export const shortestAlone = 15;
export const shortestWithFactor = 8;

/** What a password is judged by beside itself. */
export interface PasswordContext {
  readonly hasSecondFactor: boolean;
  /** What others can know of her: her name, ID number and mobile number. */
  readonly personal: readonly string[];
}

const commonPasswords: ReadonlySet<string> = new Set(dictionary["passwords-common"]);
const serviceWords = ["huimin", "惠民"];

/** Fewest characters of a personal word that count: shorter ones are in many passwords by chance. */
const shortestPersonalWord = 4;

/** What is wrong with a password that is about to be chosen; null when nothing is. */
export function passwordFault(password: string, { hasSecondFactor, personal }: PasswordContext): PasswordFault | null {
  const plain = normalize(password);
  const characters = [...plain];
  if (characters.length === 0) return "missing";
  if (characters.length < (hasSecondFactor ? shortestWithFactor : shortestAlone)) return "short";
  if (plain.length > longestPassword) return "long";
  const folded = plain.toLowerCase();
  if (isCommon(folded)) return "common";
  if (new Set(characters).size <= 2 || isRepetition(folded)) return "repeated";
  return isPersonal(folded, personal) ? "personal" : null;
}

/** Also with digits and signs put around it, as people do to make a word longer. */
function isCommon(folded: string): boolean {
  return commonPasswords.has(folded) || commonPasswords.has(folded.replace(/^[\d\W_]+|[\d\W_]+$/g, ""));
}

function isRepetition(folded: string): boolean {
  const piece = /^(.{1,8}?)\1+$/su.exec(folded)?.[1];
  return piece !== undefined && (piece.length <= 4 || commonPasswords.has(piece));
}

/** Whether hardly anything is left once all that others know of her, and the city's name, are taken out. */
function isPersonal(folded: string, personal: readonly string[]): boolean {
  const words = [...personal, ...personal.flatMap((word) => word.split(/[\s·]+/)), ...serviceWords]
    .map((word) => normalize(word).toLowerCase())
    .filter((word) => [...word].length >= Math.min(shortestPersonalWord, isHan(word) ? 2 : shortestPersonalWord));
  const rest = words
    .sort((a, b) => b.length - a.length)
    .reduce((text, word) => text.replaceAll(word, ""), folded)
    .replace(/[\s\d\p{P}\p{S}]/gu, "");
  const hasWord = words.some((word) => folded.includes(word));
  return hasWord && [...rest].length < shortestWithFactor - 2;
}

function isHan(word: string): boolean {
  return /^\p{Script=Han}+$/u.test(word);
}
