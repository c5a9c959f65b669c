/** Where a bill stands. */
import type { BillStatus } from "../resolvers.generated.ts";

/** What decides it. */
export interface BillPayment {
  /** The day by which it is to be paid, that day included, `YYYY-MM-DD`. */
  readonly dueOn: string;
  /** The day on which it was paid; null while it is not. */
  readonly paidOn: string | null;
}

/**
 * The status of a bill on `today`. Users of power, water, gas and heating pay by the agreed time (Civil Code
 * of the PRC, art. 654 and 656), so the due day itself is still in time.
 */
export function billStatus({ dueOn, paidOn }: BillPayment, today: string): BillStatus {
  if (paidOn !== null) return "PAID";
  return today <= dueOn ? "OPEN" : "OVERDUE";
}
