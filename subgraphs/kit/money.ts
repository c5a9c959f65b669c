/** Money as the graph shows it. */
export interface Money {
  /** Fen. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: "CNY";
}

/** An amount of fen. */
export function fen(amount: number): Money {
  return { amount, currency: "CNY" };
}
