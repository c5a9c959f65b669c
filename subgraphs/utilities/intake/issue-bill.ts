/** Issuing a bill: it stands in the register, and the household hears of it. */
import { announce } from "../../kit/announce.ts";
import type { Queryable } from "../../kit/batch.ts";
import type { UtilityService } from "../resolvers.generated.ts";

/** A bill as the billing of a utility gives it. */
export interface NewBill {
  readonly premisesId: string;
  readonly service: UtilityService;
  /** `YYYY-MM`. */
  readonly month: string;
  /** In the unit of the service. */
  readonly consumption: number;
  /** Fen. */
  readonly amount: number;
  /** `YYYY-MM-DD`. */
  readonly dueOn: string;
}

/**
 * Issues a bill inside the transaction `tx`.
 *
 * @returns its ID
 */
export async function issueBill(tx: Queryable, bill: NewBill): Promise<string> {
  const { premisesId, service, month, consumption, amount, dueOn } = bill;
  const id = crypto.randomUUID();
  await tx.query(
    `INSERT INTO bill (id, premises_id, service, month, consumption, amount, due_on) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, premisesId, service, month, consumption, amount, dueOn],
  );
  const residents = await tx.query<{ citizenId: string }>(
    `SELECT citizen_id AS "citizenId" FROM resident WHERE premises_id = $1 LIMIT 100`,
    [premisesId],
  );
  await announce(tx, {
    field: "billIssued",
    entity: { __typename: "Bill", id },
    citizens: residents.map(({ citizenId }) => citizenId),
    arguments: { service },
  });
  return id;
}
