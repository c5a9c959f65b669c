/** What a citizen types to say who she is: a resident ID number or a mobile number. */
import { isResidentId, looksLikeResidentId } from "./resident-id.ts";

/** A well-formed name in the one form in which it is stored. */
export interface LoginName {
  readonly kind: "residentId" | "mobile";
  readonly value: string;
}

/** What is wrong with a name. The citizen hears it at once: it says nothing about any account. */
export type LoginFault = "missing" | "malformed" | "residentIdMistyped";

// Spaces and the signs that people put between groups of digits.
const separators = /[\s\u200e\u200f\u2010-\u2015\u2212().-]/gu;
const mobileShape = /^(?:\+?86)?(1[3-9]\d{9})$/;
const longestInput = 64;

/**
 * Reads a name as people type it: full-width digits, spaces and dashes, a lower-case x, and `+86` before
 * a mobile number are all understood.
 */
export function readLoginName(text: string): LoginName | LoginFault {
  if (text.length > longestInput) return "malformed";
  // NFKC turns full-width letters and digits into the plain ones (Unicode Standard Annex 15).
  const plain = text.normalize("NFKC").replace(separators, "").toUpperCase();
  if (plain === "") return "missing";
  const mobile = mobileShape.exec(plain)?.[1];
  if (mobile !== undefined) return { kind: "mobile", value: mobile };
  if (!looksLikeResidentId(plain)) return "malformed";
  return isResidentId(plain) ? { kind: "residentId", value: plain } : "residentIdMistyped";
}
