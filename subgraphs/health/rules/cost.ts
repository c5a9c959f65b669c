/** How the cost of a treatment is shared (Social Insurance Law of the PRC, art. 28 and 29). */

/** The parts of a cost, in fen; the two shares add up to the total. */
export interface CostShares {
  readonly total: number;
  readonly coveredByFund: number;
  readonly paidByCitizen: number;
}

/**
 * Splits a cost. The fund settles its share with the provider directly (art. 29), and what it does not
 * cover is the citizen's own.
 *
 * @throws RangeError when the fund's share is negative or more than the whole
 */
export function costShares(total: number, coveredByFund: number): CostShares {
  if (coveredByFund < 0 || coveredByFund > total) throw new RangeError("the fund covers a part of the cost, not more");
  return { total, coveredByFund, paidByCitizen: total - coveredByFund };
}
