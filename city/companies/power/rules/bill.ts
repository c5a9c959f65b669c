/** Where a bill of the power company stands. */
import type { BillStatus } from "../resolvers.generated.ts";

/** What decides it. */
export interface BillPayment {
  /** The day by which it is to be paid, that day included, `YYYY-MM-DD`. */
  readonly dueOn: string;
  /** The day on which it was paid; null while it is not. */
  readonly paidOn: string | null;
}

/** The status of a bill on `today`. Who is supplied pays by the agreed time (Civil Code of the PRC, art. 654 and 656). */
export function billStatus({ dueOn, paidOn }: BillPayment, today: string): BillStatus {
  if (paidOn !== null) return "PAID";
  return today <= dueOn ? "OPEN" : "OVERDUE";
}
