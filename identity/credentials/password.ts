/** Passwords: argon2id (RFC 9106) in PHC string format. */
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";

/** The minimum of the OWASP Password Storage Cheat Sheet: 19 MiB of memory, two passes, one lane. */
export const argon2idCost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Longest password in UTF-16 units; well past the 64 characters that NIST SP 800-63B-4 wants accepted. */
export const longestPassword = 256;

/**
 * Most passwords that are hashed at once: more than there are cores only take memory, 19 MiB each, and of the four
 * threads of Node's pool one is left for signatures.
 */
const mostAtOnce = Math.min(availableParallelism(), 3);

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < mostAtOnce) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Hashes a password. */
export async function hashPassword(password: string): Promise<string> {
  return await inTurn(() => hash(normalize(password), argon2idCost));
}

/** Whether `password` is the one behind `passwordHash`. */
export async function isPassword(passwordHash: string, password: string): Promise<boolean> {
  const right = await inTurn(() => verify(passwordHash, normalize(password.slice(0, longestPassword))));
  return right && password.length <= longestPassword;
}

const costShape = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/;

/** Whether a hash was made at less than today's cost. */
export function isWeakHash(passwordHash: string): boolean {
  const [, memory = 0, passes = 0] = costShape.exec(passwordHash) ?? [];
  return Number(memory) < argon2idCost.memoryCost || Number(passes) < argon2idCost.timeCost;
}

/** The same letters typed on two keyboards are the same password (NIST SP 800-63B-4, 3.1.1.2). */
export function normalize(password: string): string {
  return password.normalize("NFC");
}
