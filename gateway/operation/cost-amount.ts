/** Amounts that may wait for the variables of a request. What does not is worked out at once. */
import type { Variables } from "./operation.ts";

export type Amount = number | ((variables: Variables) => number);

/** The amount for one request. */
export function atVariables(amount: Amount, variables: Variables): number {
  return typeof amount === "number" ? amount : amount(variables);
}

export function sum(amounts: readonly Amount[]): Amount {
  return fold(amounts, 0, (a, b) => a + b);
}

export function product(amounts: readonly Amount[]): Amount {
  return fold(amounts, 1, (a, b) => a * b);
}

/** The largest of `amounts`, 0 of none. */
export function highest(amounts: readonly Amount[]): Amount {
  return fold(amounts, 0, Math.max);
}

/** @param combine must not care in which order it is applied */
function fold(amounts: readonly Amount[], start: number, combine: (a: number, b: number) => number): Amount {
  let known = start;
  const open: ((variables: Variables) => number)[] = [];
  for (const amount of amounts) {
    if (typeof amount === "number") known = combine(known, amount);
    else open.push(amount);
  }
  if (open.length === 0) return known;
  return (variables) => open.reduce((total, amount) => combine(total, amount(variables)), known);
}
