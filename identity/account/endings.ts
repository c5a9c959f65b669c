/**
 * How sessions and grants end, whoever wants it: the citizen, an administrator, the provider itself. What they were
 * made of goes, and history, security events and the notices to clients are written, all in one transaction.
 */
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { emitSecurityEvent, type Initiator } from "../events/security-events.ts";
import { type HistoryKind, type RequestOrigin, recordHistory } from "../history/history.ts";
import { idHash } from "../store/artefact.ts";
import { emptyGrant } from "../store/durable-artefacts.ts";
import { fleetingArtefacts } from "../store/fleeting-artefacts.ts";

export interface EndingParts {
  /** The transaction in which it happens; give it that of the cause. */
  readonly tx: Queryable;
  /** Holds codes and opaque tokens, which go at once, whatever becomes of the transaction. */
  readonly fleeting: KeyValueStore;
}

/** Why something ends, and where from. */
export interface Ending {
  readonly initiator: Initiator;
  /** What her history says of it; null when the cause has an entry of its own, or deserves none. */
  readonly history: HistoryKind | null;
  /** Absent for what identity does by itself. */
  readonly origin?: RequestOrigin;
}

/** What is kept of a session, as the provider writes it. */
interface SessionRow {
  readonly uid: string;
  readonly account_id: string | null;
  readonly authorizations: Readonly<Record<string, Authorization>> | null;
}

interface Authorization {
  /** The session as this client's ID tokens name it. */
  readonly sid?: string;
  readonly grantId?: string;
  /** Set when what the client was granted outlives the session. */
  readonly persistsLogout?: boolean;
}

/**
 * Ends one session and all that its clients were granted in it.
 *
 * @param sessionUid `uid` of the provider's session
 * @returns false when there was none any more
 */
export async function endSession({ tx, fleeting }: EndingParts, sessionUid: string, ending: Ending): Promise<boolean> {
  const rows = await tx.query<SessionRow>(
    `SELECT uid, payload ->> 'accountId' AS account_id, payload -> 'authorizations' AS authorizations
     FROM oidc_artefact WHERE model = 'Session' AND uid = $1 FOR UPDATE`,
    [sessionUid],
  );
  const [first] = rows;
  if (!first) return false;
  const accountId = first.account_id;
  const authorizations = rows.flatMap((row) => Object.entries(row.authorizations ?? {}));
  if (accountId !== null) {
    await emitSecurityEvent(tx, {
      accountId,
      kind: "session-revoked",
      sessionId: sessionUid,
      clientIds: [...new Set(authorizations.map(([clientId]) => clientId))],
      initiator: ending.initiator,
    });
    await note(tx, accountId, ending, undefined);
  }
  for (const [clientId, authorization] of authorizations) {
    const { sid, grantId, persistsLogout } = authorization;
    if (accountId !== null && sid !== undefined) await tellClient(tx, { clientId, accountId, sid, grantId });
    if (grantId === undefined || persistsLogout) continue;
    await revokeGrant({ tx, fleeting }, grantId, { initiator: ending.initiator, history: null });
  }
  await tx.query("DELETE FROM oidc_artefact WHERE model = 'Session' AND uid = $1", [sessionUid]);
  await tx.query("INSERT INTO ended_session (uid) VALUES ($1) ON CONFLICT DO NOTHING", [sessionUid]);
  return true;
}

/**
 * Ends the sessions of an account, but for the one in which that is asked for.
 *
 * @param except `uid` of the session that stays; without it also tokens of sessions that begin in this moment end
 * @returns how many have ended
 */
export async function endAllSessions(
  parts: EndingParts,
  accountId: string,
  ending: Ending,
  except?: string,
): Promise<number> {
  const { tx } = parts;
  const sessions = await tx.query<{ uid: string }>(
    `SELECT DISTINCT uid FROM oidc_artefact
     WHERE model = 'Session' AND payload ->> 'accountId' = $1 AND uid IS DISTINCT FROM $2 ORDER BY uid`,
    [accountId, except ?? null],
  );
  let ended = 0;
  for (const { uid } of sessions) ended += (await endSession(parts, uid, ending)) ? 1 : 0;
  if (except === undefined) {
    const { initiator } = ending;
    await emitSecurityEvent(tx, { accountId, kind: "session-revoked", sessionId: null, clientIds: [], initiator });
  }
  return ended;
}

/**
 * Takes back what a client was granted, with all codes and tokens that came of it.
 *
 * @returns false when there was no such grant any more
 */
export async function revokeGrant({ tx, fleeting }: EndingParts, grantId: string, ending: Ending): Promise<boolean> {
  const [grant] = await tx.query<{ account_id: string; client_id: string }>(
    `SELECT payload ->> 'accountId' AS account_id, payload ->> 'clientId' AS client_id
     FROM oidc_artefact WHERE model = 'Grant' AND id_hash = $1 AND payload <> '{}' FOR UPDATE`,
    [idHash(grantId)],
  );
  if (grant) {
    const { account_id: accountId, client_id: clientId } = grant;
    await emitSecurityEvent(tx, {
      accountId,
      kind: "grant-revoked",
      grantId,
      clientId,
      initiator: ending.initiator,
    });
    await note(tx, accountId, ending, clientId);
  }
  await emptyGrant(tx, grantId);
  await tx.query("DELETE FROM oidc_artefact WHERE grant_id = $1", [grantId]);
  for (const model of fleetingModels) await fleetingArtefacts(model, fleeting).revokeByGrantId(grantId);
  return grant !== undefined;
}

/**
 * Takes back all that a client was granted by an account, in whatever session.
 *
 * @returns false when it had been granted nothing
 */
export async function revokeGrantsOf(
  parts: EndingParts,
  { accountId, clientId }: { readonly accountId: string; readonly clientId: string },
  ending: Ending,
): Promise<boolean> {
  const grants = await parts.tx.query<{ grant_id: string }>(
    `SELECT grant_id FROM oidc_artefact WHERE model = 'Grant' AND grant_id IS NOT NULL
     AND payload ->> 'accountId' = $1 AND payload ->> 'clientId' = $2 ORDER BY grant_id`,
    [accountId, clientId],
  );
  for (const [i, { grant_id: grantId }] of grants.entries()) {
    await revokeGrant(parts, grantId, i === 0 ? ending : { ...ending, history: null });
  }
  return grants.length > 0;
}

/** Takes back all that any client was granted by an account, also without a session, as a kiosk is. */
export async function revokeAllGrants(parts: EndingParts, accountId: string, ending: Ending): Promise<void> {
  const clients = await parts.tx.query<{ client_id: string }>(
    `SELECT DISTINCT payload ->> 'clientId' AS client_id FROM oidc_artefact
     WHERE model = 'Grant' AND payload ->> 'accountId' = $1 ORDER BY client_id`,
    [accountId],
  );
  for (const { client_id: clientId } of clients) await revokeGrantsOf(parts, { accountId, clientId }, ending);
}

const fleetingModels = ["AuthorizationCode", "AccessToken", "DeviceCode"];

async function note(
  tx: Queryable,
  citizenId: string,
  { history: kind, origin }: Ending,
  clientId: string | undefined,
): Promise<void> {
  if (kind === null) return;
  await recordHistory(tx, {
    citizenId,
    kind,
    ...(clientId !== undefined && { clientId }),
    ...(origin && { origin }),
  });
}

/** What a client hears of: a session of somebody, in which she may have acted for another at this client. */
interface LoggedOut {
  readonly clientId: string;
  readonly accountId: string;
  readonly sid: string;
  readonly grantId: string | undefined;
}

/** Whether the client wants to hear of it shows when its turn comes. */
async function tellClient(tx: Queryable, { clientId, accountId, sid, grantId }: LoggedOut): Promise<void> {
  await tx.query(
    `INSERT INTO logout_notice (client_id, account_id, sid, principal)
     VALUES ($1, $2, $3, (SELECT (payload #>> '{actingFor,principal}')::uuid FROM oidc_artefact
                          WHERE model = 'Grant' AND id_hash = $4))`,
    [clientId, accountId, sid, grantId === undefined ? null : idHash(grantId)],
  );
}
