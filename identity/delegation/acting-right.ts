/** Whom somebody may act for at this moment: guardianships and companies of the register, and accepted delegations. */
import type { Queryable } from "../../platform/postgres.ts";
import type { DelegationKind, WithheldData } from "../../trust/delegation.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

/** A right to act for somebody, as it stands now. */
export interface ActingRight {
  /** The guardianship, delegation or company on which it rests. */
  readonly rightId: string;
  readonly kind: DelegationKind;
  /** The person acted for: a raw citizen ID, or the ID of a company. */
  readonly principal: string;
  readonly name: string;
  /** The scopes that the giver has chosen; null: all that the kind can carry. */
  readonly scopes: readonly string[] | null;
  readonly withheld: readonly WithheldData[];
  /** When it ends by itself, in seconds since the epoch; null when nobody knows yet. */
  readonly endsAt: number | null;
}

/** Somebody is of age from the first moment of her 18th birthday (Civil Code of the PRC, art. 17), by the city's clock. */
export const comingOfAge = (citizen: string) => birthday(citizen, 18);

/** The first moment of a birthday, by the city's clock. */
function birthday(citizen: string, years: number): string {
  return `((${citizen}.birth_date + interval '${years} years') AT TIME ZONE 'Asia/Shanghai')`;
}

/**
 * Every guardianship with its end. What began while the ward was a minor ends when she comes of age: a guardian of
 * an adult is appointed anew (Civil Code, art. 39).
 */
export const guardianships = `
  SELECT g.guardianship_id AS right_id, g.kind, g.guardian AS actor, g.ward AS principal, w.name,
         NULL::text[] AS scopes, w.whereabouts_protected, 
         now() >= ${birthday("w", 14)} AND now() < ${comingOfAge("w")} AS confides,
         g.valid_from <= now() AND a.deceased_on IS NULL AND w.deceased_on IS NULL AS holds,
         least(g.valid_until, CASE WHEN g.kind = 'parent-of-minor' OR g.valid_from < ${comingOfAge("w")}
                                   THEN ${comingOfAge("w")} END) AS ends_at
  FROM guardianship g JOIN citizen a ON a.citizen_id = g.guardian JOIN citizen w ON w.citizen_id = g.ward`;

/** Every delegation that somebody in the register could hold. A giver who has closed her account gives nothing any more. */
export const delegations = `
  SELECT d.delegation_id AS right_id, d.kind, d.holder AS actor, coalesce(d.company_id, d.giver) AS principal,
         coalesce(c.name, g.name) AS name, d.scopes, c.company_id IS NULL AND g.whereabouts_protected AS whereabouts_protected, false AS confides,
         d.accepted_at IS NOT NULL AND d.revoked_at IS NULL AND a.deceased_on IS NULL
           AND CASE WHEN c.company_id IS NULL
                    THEN g.deceased_on IS NULL AND EXISTS (SELECT FROM account WHERE account.citizen_id = d.giver)
                    ELSE c.dissolved_on IS NULL END AS holds,
         d.valid_until AS ends_at
  FROM delegation d JOIN citizen g ON g.citizen_id = d.giver JOIN citizen a ON a.citizen_id = d.holder
       LEFT JOIN company c ON c.company_id = d.company_id`;

/** The legal representative of each company (Civil Code, art. 61). */
const offices = `
  SELECT c.company_id AS right_id, 'company-representative' AS kind, c.legal_representative AS actor,
         c.company_id AS principal, c.name, NULL::text[] AS scopes, false AS whereabouts_protected, false AS confides,
         c.dissolved_on IS NULL AND a.deceased_on IS NULL AS holds, NULL::timestamptz AS ends_at
  FROM company c JOIN citizen a ON a.citizen_id = c.legal_representative`;

/** All rights that hold now. */
export const effectiveRights = `
  SELECT * FROM (${guardianships} UNION ALL ${delegations} UNION ALL ${offices}) AS known
  WHERE holds AND (ends_at IS NULL OR ends_at > now())`;

interface Row {
  readonly right_id: string;
  readonly kind: DelegationKind;
  readonly principal: string;
  readonly name: string;
  readonly scopes: readonly string[] | null;
  readonly whereabouts_protected: boolean;
  readonly confides: boolean;
  readonly ends_at: number | null;
}

const select = `
  SELECT right_id, kind, principal, name, scopes, whereabouts_protected, confides,
         floor(extract(epoch FROM ends_at))::float8 AS ends_at
  FROM (${effectiveRights}) AS effective`;

/** The rights of `actor` of these kinds, in the order of the names. */
export async function rightsOf(
  database: Queryable,
  actor: RawCitizenId,
  kinds: readonly DelegationKind[],
): Promise<ActingRight[]> {
  if (kinds.length === 0) return [];
  const rows = await database.query<Row>(
    `${select} WHERE actor = $1::uuid AND kind = ANY($2::text[]) ORDER BY name, right_id`,
    [actor, kinds],
  );
  return rows.map(rightOf);
}

/** The right of `actor` by its ID, if it holds now. */
export async function findRight(
  database: Queryable,
  actor: RawCitizenId,
  rightId: string,
): Promise<ActingRight | undefined> {
  const [row] = await database.query<Row>(`${select} WHERE actor = $1::uuid AND right_id = $2::uuid`, [actor, rightId]);
  return row && rightOf(row);
}

/** By which right somebody acts for another. */
export interface RightBetween extends Pick<ActingRight, "rightId" | "kind" | "principal"> {
  readonly actor: RawCitizenId;
  readonly actorName: string;
}

/** One right for each of `actors` and each of `principals` for whom she may act now: the first, where there are several. */
export async function rightsBetween(
  database: Queryable,
  actors: readonly RawCitizenId[],
  principals: readonly string[],
): Promise<RightBetween[]> {
  if (actors.length === 0) return [];
  return await database.query<RightBetween>(
    `SELECT DISTINCT ON (actor, principal) actor, principal, right_id AS "rightId", kind, citizen.name AS "actorName"
     FROM (${effectiveRights}) AS effective JOIN citizen ON citizen.citizen_id = actor
     WHERE actor = ANY($1::uuid[]) AND principal = ANY($2::uuid[]) ORDER BY actor, principal, kind, right_id`,
    [actors, principals],
  );
}

/** Somebody who may act for a ward by the register. */
export interface Guardian {
  readonly name: string;
  readonly kind: DelegationKind;
  /** As of a right. */
  readonly endsAt: number | null;
}

export async function guardiansOf(database: Queryable, ward: RawCitizenId): Promise<Guardian[]> {
  return await database.query<Guardian>(
    `SELECT guardian.name, g.kind, floor(extract(epoch FROM ends_at))::float8 AS "endsAt"
     FROM (${guardianships}) AS g JOIN citizen AS guardian ON guardian.citizen_id = g.actor
     WHERE g.principal = $1 AND holds AND (ends_at IS NULL OR ends_at > now()) ORDER BY guardian.name`,
    [ward],
  );
}

/** How the person acted for is called. */
export async function principalName(
  database: Queryable,
  { principal }: Pick<ActingRight, "principal">,
): Promise<string | null> {
  const [row] = await database.query<{ name: string }>(
    "SELECT name FROM citizen WHERE citizen_id = $1 UNION ALL SELECT name FROM company WHERE company_id = $1",
    [principal],
  );
  return row?.name ?? null;
}

function rightOf({ right_id, whereabouts_protected, confides, ends_at, ...row }: Row): ActingRight {
  const withheld: WithheldData[] = [];
  if (whereabouts_protected) withheld.push("whereabouts");
  if (confides) withheld.push("protected-services");
  return { ...row, rightId: right_id, withheld, endsAt: ends_at };
}
