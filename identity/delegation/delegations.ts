/** Delegations that citizens give: offered by one, accepted by the other, taken back by either. */
import type { Queryable } from "../../platform/postgres.ts";
import type { DelegationKind } from "../../trust/delegation.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { type RequestOrigin, recordHistory } from "../history/history.ts";
import { comingOfAge } from "./acting-right.ts";

/** An offer that nobody has accepted lapses after so many days. */
const offerDays = 30;

/** Most offers and delegations that one giver can have running. */
export const mostDelegations = 10;

/** Whom and what a giver puts into other hands. */
export interface Offer {
  readonly giver: RawCitizenId;
  /** Null when she delegates her own affairs. */
  readonly companyId: string | null;
  /** As the giver wrote them. */
  readonly holderName: string;
  readonly holderResidentId: string;
  readonly scopes: readonly string[];
  /** The last day, `YYYY-MM-DD`, by the city's calendar. */
  readonly lastDay: string;
  readonly origin: RequestOrigin;
}

/**
 * Offers a delegation to whoever has this number and this name. When nobody has, the offer is written all the same,
 * so that nobody learns from it who is in the register.
 *
 * @returns false when the giver has as many as she can have
 */
export async function offerDelegation(tx: Queryable, offer: Offer): Promise<boolean> {
  const { giver, companyId, holderName, scopes, lastDay, origin } = offer;
  // Offers of one giver come one after another, so that the count holds.
  await tx.query("SELECT 1 FROM citizen WHERE citizen_id = $1 FOR UPDATE", [giver]);
  const [running] = await tx.query<{ count: number }>(
    `SELECT count(*) AS count FROM delegation d WHERE giver = $1 AND ${isOpen} AND valid_until > now()`,
    [giver],
  );
  if (Number(running?.count ?? 0) >= mostDelegations) return false;
  const kind: DelegationKind = companyId === null ? "elderly-parent" : "company-representative";
  await tx.query(
    `INSERT INTO delegation (kind, giver, company_id, holder, holder_name, scopes, valid_until)
     VALUES ($1, $2, $3, $4, $5, $6, ($7::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')`,
    [kind, giver, companyId, await findHolder(tx, offer), holderName, scopes, lastDay],
  );
  await recordHistory(tx, {
    citizenId: giver,
    kind: "delegation-given",
    origin,
    detail: { name: holderName, basis: kind },
  });
  return true;
}

const isOpen = `d.revoked_at IS NULL AND d.end_noted_at IS NULL
  AND (d.accepted_at IS NOT NULL OR d.offered_at > now() - interval '${offerDays} days')`;

/** An adult of this number and this name, other than the giver. */
async function findHolder(
  database: Queryable,
  { giver, holderName, holderResidentId }: Offer,
): Promise<RawCitizenId | null> {
  const [found] = await database.query<{ citizen_id: RawCitizenId; name: string; name_latin: string | null }>(
    `SELECT citizen_id, name, name_latin FROM citizen
     WHERE resident_id = $1 AND citizen_id <> $2 AND deceased_on IS NULL AND ${comingOfAge("citizen")} <= now()`,
    [holderResidentId, giver],
  );
  const isNamed = found && [found.name, found.name_latin ?? found.name].map(spelling).includes(spelling(holderName));
  return isNamed ? found.citizen_id : null;
}

/** A name without what people write differently: spaces, letter case, and the dots of Uyghur names. */
function spelling(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/[\s\u00b7\u2022\u2027\u2219\u30fb]/gu, "")
    .toLowerCase();
}

/** Both sides of a delegation that has just changed. */
export interface ChangedDelegation {
  readonly kind: DelegationKind;
  readonly giver: RawCitizenId;
  readonly holder: RawCitizenId | null;
  readonly principal: string;
  readonly holderName: string;
}

const changed = `kind, giver, holder, coalesce(company_id, giver) AS principal, holder_name AS "holderName"`;

/** Accepts an offer made to `holder`. @returns null when there is no such offer (any more); of many at once one succeeds */
export async function acceptDelegation(
  tx: Queryable,
  holder: RawCitizenId,
  delegationId: string,
): Promise<ChangedDelegation | null> {
  const [row] = await tx.query<ChangedDelegation>(
    `UPDATE delegation d SET accepted_at = now()
     WHERE delegation_id = $1 AND holder = $2 AND accepted_at IS NULL AND ${isOpen} AND valid_until > now()
     RETURNING ${changed}`,
    [delegationId, holder],
  );
  return row ?? null;
}

/**
 * Takes a delegation or an offer back, or gives it back: the giver, the holder, and for a company whoever is its
 * legal representative now.
 *
 * @returns null when there is none (any more) that `citizen` could end
 */
export async function revokeDelegation(
  tx: Queryable,
  citizen: RawCitizenId,
  delegationId: string,
): Promise<ChangedDelegation | null> {
  const [row] = await tx.query<ChangedDelegation>(
    `UPDATE delegation d SET revoked_at = now()
     WHERE delegation_id = $1 AND ${isOpen}
       AND (holder = $2 OR (company_id IS NULL AND giver = $2)
            OR company_id IN (SELECT company_id FROM company WHERE legal_representative = $2))
     RETURNING ${changed}`,
    [delegationId, citizen],
  );
  return row ?? null;
}

/** A delegation as its page lists it. */
export interface ListedDelegation {
  readonly delegationId: string;
  readonly kind: DelegationKind;
  /** The person or company acted for. */
  readonly principalName: string;
  /** Whoever acts: as the giver wrote it. */
  readonly holderName: string;
  readonly scopes: readonly string[];
  readonly accepted: boolean;
  /** When it ends by itself, in seconds since the epoch. */
  readonly endsAt: number;
}

const listed = `
  SELECT d.delegation_id AS "delegationId", d.kind, coalesce(c.name, g.name) AS "principalName",
         d.holder_name AS "holderName", d.scopes, d.accepted_at IS NOT NULL AS accepted,
         floor(extract(epoch FROM d.valid_until))::float8 AS "endsAt"
  FROM delegation d JOIN citizen g ON g.citizen_id = d.giver LEFT JOIN company c ON c.company_id = d.company_id
  WHERE ${isOpen} AND d.valid_until > now()`;

/** What `giver` has given and offered, for herself and for the companies that she represents. */
export async function delegationsGivenBy(database: Queryable, giver: RawCitizenId): Promise<ListedDelegation[]> {
  return await database.query<ListedDelegation>(
    `${listed} AND ((d.company_id IS NULL AND d.giver = $1) OR c.legal_representative = $1)
     ORDER BY d.offered_at DESC, d.delegation_id LIMIT 100`,
    [giver],
  );
}

/** What has been given and offered to `holder`. */
export async function delegationsHeldBy(database: Queryable, holder: RawCitizenId): Promise<ListedDelegation[]> {
  return await database.query<ListedDelegation>(
    `${listed} AND d.holder = $1 ORDER BY d.offered_at DESC, d.delegation_id LIMIT 100`,
    [holder],
  );
}
