/** Printed codes, each good for one use (look-up secrets, NIST SP 800-63B-4, 3.1.2). */
import { createHash, randomBytes } from "node:crypto";

/** Without letters that look like digits (Crockford's base 32). */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const groups = 6;
const groupLength = 4;
const codesOnSheet = 8;

/** The codes of a new sheet: 120 random bits each, in six groups of four. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: codesOnSheet }, newRecoveryCode);
}

export function newRecoveryCode(): string {
  return Array.from({ length: groups }, () =>
    [...randomBytes(groupLength)].map((byte) => alphabet[byte % 32]).join(""),
  ).join("-");
}

/** What is kept of a code. Groups, case, and O, I and L for 0 and 1 make no difference. */
export function recoveryCodeHash(code: string): Uint8Array {
  const plain = code
    .slice(0, 100)
    .normalize("NFKC")
    .toUpperCase()
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1")
    .replace(/[^0-9A-Z]/g, "");
  return createHash("sha256").update(plain).digest();
}
