/** The end of rights to act for another: the grants that rest on them end too, and both sides can read of it. */
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Database, Queryable } from "../../platform/postgres.ts";
import type { DelegationKind } from "../../trust/delegation.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { type EndingParts, revokeGrant } from "../account/endings.ts";
import type { Initiator } from "../events/security-events.ts";
import { partiesOf, recordForBoth } from "./acting-record.ts";
import { delegations, effectiveRights, guardianships } from "./acting-right.ts";

/** Ends every grant that rests on a right. */
export async function endActing(parts: EndingParts, rightId: string, initiator: Initiator): Promise<void> {
  const grants = await parts.tx.query<{ grant_id: string }>(
    `SELECT grant_id FROM oidc_artefact
     WHERE model = 'Grant' AND payload #>> '{actingFor,rightId}' = $1 AND grant_id IS NOT NULL`,
    [rightId],
  );
  for (const { grant_id: grantId } of grants) await revokeGrant(parts, grantId, { initiator, history: null });
}

/** Most rights that one transaction ends. */
const batch = 100;

/** Open rights of each table that one round looks at. A ward's coming of age writes no row, so each must be looked at. */
const slice = 20_000;

/** Where rounds have come to in each table, by its name. */
export type Places = Map<string, string>;

/** A right that has ended, as both sides are told of it. */
export interface EndedRight {
  readonly right_id: string;
  readonly kind: DelegationKind;
  readonly actor: RawCitizenId;
  readonly principal: string;
}

/**
 * Ends what has ended by itself since the last time: wards who came of age, days that have passed, people who died,
 * accounts that were closed. What has ended once does not come back. Nobody can act by a right that is over, noted or
 * not; so the rights are gone through in turn, while grants that rest on none are looked for in every round.
 *
 * @param places from where to go on; moved on to where the next round begins
 */
export async function endRights(
  database: Database,
  fleeting: KeyValueStore,
  places: Places = new Map(),
): Promise<void> {
  for (const [table, key, known, ran] of [
    ["guardianship", "guardianship_id", guardianships, "valid_from <= now()"],
    ["delegation", "delegation_id", delegations, "accepted_at IS NOT NULL AND revoked_at IS NULL"],
  ] as const) {
    const from = places.get(table) ?? beginning;
    const next = await endOfSlice(database, { table, key, from });
    let ended: number;
    do {
      ended = await database.transaction(async (tx) => {
        const rights = await noteEnds(tx, { table, key, known, ran, from });
        for (const right of rights) await tellOfEnd({ tx, fleeting }, right);
        return rights.length;
      });
    } while (ended === batch);
    places.set(table, next);
  }
  let ended: number;
  do ended = await database.transaction((tx) => endSomeBaselessGrants({ tx, fleeting }));
  while (ended === batch);
}

/** Before every ID. */
const beginning = "00000000-0000-0000-0000-000000000000";

interface Source {
  readonly table: string;
  readonly key: string;
  /** All rights of the table, with whether they hold. */
  readonly known: string;
  /** Tells those that held once. */
  readonly ran: string;
  /** The key after which the slice begins. */
  readonly from: string;
}

/** The last key of a full slice; the beginning once more when it reaches the end of the table. */
async function endOfSlice(database: Queryable, { table, key, from }: Pick<Source, "table" | "key" | "from">) {
  const [last] = await database.query<{ key: string }>(
    `SELECT ${key} AS key FROM ${table} WHERE end_noted_at IS NULL AND ${key} > $1 ORDER BY ${key} OFFSET $2 LIMIT 1`,
    [from, slice - 1],
  );
  return last?.key ?? beginning;
}

async function noteEnds(tx: Queryable, { table, key, known, ran, from }: Source): Promise<EndedRight[]> {
  return await tx.query<EndedRight>(
    `WITH looked_at AS MATERIALIZED (
       SELECT ${key} FROM ${table} WHERE end_noted_at IS NULL AND ${key} > $1 ORDER BY ${key} LIMIT ${slice}),
     due AS (
       SELECT ${key} FROM looked_at JOIN ${table} USING (${key}) JOIN (${known}) AS known ON known.right_id = ${key}
       WHERE end_noted_at IS NULL AND ${ran} AND (NOT holds OR ends_at <= now())
       LIMIT ${batch} FOR UPDATE OF ${table} SKIP LOCKED),
     noted AS (
       UPDATE ${table} SET end_noted_at = now(), valid_until = least(valid_until, now())
       FROM due WHERE due.${key} = ${table}.${key} RETURNING ${table}.${key})
     SELECT right_id, kind, actor, principal FROM (${known}) AS known JOIN noted ON noted.${key} = right_id`,
    [from],
  );
}

/** Ends what rests on a right, and writes into both histories that it has ended. */
export async function tellOfEnd(parts: EndingParts, right: EndedRight): Promise<void> {
  const parties = await partiesOf(parts.tx, right);
  await recordForBoth(parts.tx, parties, { own: "delegation-ended", other: "delegation-ended" });
  await endActing(parts, right.right_id, "policy");
}

/**
 * Ends grants whose right is gone in some other way, such as a company's that has another representative now, and
 * grants with which more could be read than may be from now on: who has come under protection is protected at once,
 * also from tokens that are out already.
 */
export async function endBaselessGrants(parts: EndingParts): Promise<void> {
  while ((await endSomeBaselessGrants(parts)) === batch);
}

/** @returns how many; a full batch may not have been all */
async function endSomeBaselessGrants(parts: EndingParts): Promise<number> {
  const grants = await baselessGrants(parts.tx);
  for (const grantId of grants) await revokeGrant(parts, grantId, { initiator: "policy", history: null });
  return grants.length;
}

/** The right of each grant is looked up by its ID: there are far more rights than grants that rest on one. */
async function baselessGrants(tx: Queryable): Promise<string[]> {
  const grants = await tx.query<{ grant_id: string }>(
    `SELECT grant_id FROM oidc_artefact
     WHERE model = 'Grant' AND payload #>> '{actingFor,rightId}' IS NOT NULL AND grant_id IS NOT NULL
       AND NOT coalesce((
         SELECT bool_or(actor = (payload ->> 'accountId')::uuid
                        AND (NOT whereabouts_protected OR payload #> '{actingFor,withheld}' ? 'whereabouts')
                        AND (NOT confides OR payload #> '{actingFor,withheld}' ? 'protected-services'))
         FROM (${effectiveRights}) AS effective
         WHERE right_id = (payload #>> '{actingFor,rightId}')::uuid), false)
     ORDER BY id_hash LIMIT ${batch} FOR UPDATE OF oidc_artefact SKIP LOCKED`,
  );
  return grants.map(({ grant_id: grantId }) => grantId);
}
