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

interface EndedRight {
  readonly right_id: string;
  readonly kind: DelegationKind;
  readonly actor: RawCitizenId;
  readonly principal: string;
}

/**
 * Ends what has ended by itself since the last time: wards who came of age, days that have passed, people who died,
 * accounts that were closed. What has ended once does not come back.
 */
export async function endRights(database: Database, fleeting: KeyValueStore): Promise<void> {
  for (const [table, key, known, ran] of [
    ["guardianship", "guardianship_id", guardianships, "valid_from <= now()"],
    ["delegation", "delegation_id", delegations, "accepted_at IS NOT NULL AND revoked_at IS NULL"],
  ] as const) {
    let ended: number;
    do {
      ended = await database.transaction(async (tx) => {
        const rights = await noteEnds(tx, { table, key, known, ran });
        for (const right of rights) await tellOfEnd({ tx, fleeting }, right);
        return rights.length;
      });
    } while (ended === batch);
  }
  await endBaselessGrants(database, fleeting);
}

interface Source {
  readonly table: string;
  readonly key: string;
  /** All rights of the table, with whether they hold. */
  readonly known: string;
  /** Tells those that held once. */
  readonly ran: string;
}

async function noteEnds(tx: Queryable, { table, key, known, ran }: Source): Promise<EndedRight[]> {
  return await tx.query<EndedRight>(
    `WITH due AS (
       SELECT ${key} FROM ${table} JOIN (${known}) AS known ON known.right_id = ${key}
       WHERE end_noted_at IS NULL AND ${ran} AND (NOT holds OR ends_at <= now())
       LIMIT ${batch} FOR UPDATE OF ${table} SKIP LOCKED),
     noted AS (
       UPDATE ${table} SET end_noted_at = now(), valid_until = least(valid_until, now())
       FROM due WHERE due.${key} = ${table}.${key} RETURNING ${table}.${key})
     SELECT right_id, kind, actor, principal FROM (${known}) AS known JOIN noted ON noted.${key} = right_id`,
  );
}

async function tellOfEnd(parts: EndingParts, right: EndedRight): Promise<void> {
  const parties = await partiesOf(parts.tx, right);
  await recordForBoth(parts.tx, parties, { own: "delegation-ended", other: "delegation-ended" });
  await endActing(parts, right.right_id, "policy");
}

/**
 * Grants whose right is gone in some other way, such as a company's that has another representative now, and grants
 * with which more could be read than may be from now on: who has come under protection is protected at once, also
 * from tokens that are out already.
 */
async function endBaselessGrants(database: Database, fleeting: KeyValueStore): Promise<void> {
  await database.transaction(async (tx) => {
    const grants = await tx.query<{ grant_id: string }>(
      `SELECT grant_id FROM oidc_artefact
       WHERE model = 'Grant' AND payload #>> '{actingFor,rightId}' IS NOT NULL AND grant_id IS NOT NULL
         AND NOT EXISTS (SELECT FROM (${effectiveRights}) AS effective
                         WHERE right_id = (payload #>> '{actingFor,rightId}')::uuid
                           AND actor = (payload ->> 'accountId')::uuid
                           AND (NOT whereabouts_protected OR payload #> '{actingFor,withheld}' ? 'whereabouts')
                           AND (NOT confides OR payload #> '{actingFor,withheld}' ? 'protected-services'))
       LIMIT ${batch}`,
    );
    for (const { grant_id: grantId } of grants) {
      await revokeGrant({ tx, fleeting }, grantId, { initiator: "policy", history: null });
    }
  });
}
