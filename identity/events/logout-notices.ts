/**
 * Notices to clients that a session has ended (OpenID Connect Back-Channel Logout 1.0), on their way from the table in
 * which the end of the session wrote them.
 */
import type { Logger } from "../../platform/log.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { type Delivery, runDeliveries, untilNextTry } from "./deliveries.ts";

/** One session of one client that has ended. */
export interface LogoutNotice {
  readonly clientId: string;
  /** Whom the client knows the session to be of. */
  readonly accountId: string;
  /** Whom she acted for at this client; null when she acted for herself. */
  readonly principal: string | null;
  /** The session as the client's ID tokens name it. */
  readonly sid: string;
}

export interface LogoutNoticeParts {
  readonly database: Queryable;
  /** Tells the client; does not reject. */
  readonly deliver: (notice: LogoutNotice) => Promise<Delivery>;
  readonly log: Logger;
}

/** Hours after which a client is given up. */
const givenUpAfter = 24;

/** Deliveries at once of this process, and to one client. */
const limits = { all: 64, ofOne: 4 } as const;

interface Claimed {
  readonly notice_id: number;
  readonly client_id: string;
  readonly account_id: string;
  readonly principal: string | null;
  readonly sid: string;
  readonly attempts: number;
}

/**
 * Delivers notices as they become due.
 *
 * @returns stops it, once what is under way is done
 */
export function deliverLogoutNotices({ database, deliver, log }: LogoutNoticeParts): () => Promise<void> {
  const carry = async ({ notice_id: id, client_id: clientId, account_id: accountId, ...notice }: Claimed) => {
    const { principal, sid, attempts } = notice;
    const delivery = await deliver({ clientId, accountId, principal, sid });
    if (delivery !== "told") log.warn({ client: clientId, attempts, delivery }, "a client was not told of a sign-out");
    if (delivery !== "failed") await database.query("DELETE FROM logout_notice WHERE notice_id = $1", [id]);
  };
  return runDeliveries(
    {
      name: "notices of sign-outs",
      limits,
      claim: (busy, most) => claim(database, busy, most),
      clientOf: ({ client_id: client }) => client,
      carry,
    },
    log,
  );
}

/**
 * Takes due notices, a few of each client. The clients are found one after another in the index, not by reading the
 * backlog of one that is away.
 */
async function claim(database: Queryable, busy: readonly string[], most: number): Promise<Claimed[]> {
  return await database.query<Claimed>(
    `UPDATE logout_notice SET attempts = attempts + 1, due_at = now() + ${untilNextTry}
     WHERE notice_id IN (
       WITH RECURSIVE client (client_id) AS (
         (SELECT client_id FROM logout_notice ORDER BY client_id LIMIT 1)
         UNION ALL
         SELECT (SELECT client_id FROM logout_notice WHERE client_id > before.client_id ORDER BY client_id LIMIT 1)
         FROM client AS before WHERE before.client_id IS NOT NULL)
       SELECT due.notice_id FROM client
       CROSS JOIN LATERAL (SELECT notice_id FROM logout_notice WHERE client_id = client.client_id AND due_at <= now()
                           ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
       WHERE client.client_id <> ALL ($1) LIMIT $2)
     RETURNING notice_id, client_id, account_id, principal, sid, attempts`,
    [busy, most, limits.ofOne],
  );
}

/** Notices that are given up at once. */
const givenUpBatch = 1_000;

/** Gives up on clients that have not answered for a day. */
export async function giveUpLogoutNotices(database: Queryable, log: Logger): Promise<void> {
  let lost: { readonly client_id: string }[];
  do {
    lost = await database.query<{ client_id: string }>(
      `DELETE FROM logout_notice WHERE notice_id IN (SELECT notice_id FROM logout_notice
         WHERE ended_at < now() - make_interval(hours => $1) LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING client_id`,
      [givenUpAfter, givenUpBatch],
    );
    const clients = [...new Set(lost.map(({ client_id }) => client_id))];
    if (lost.length > 0) log.error({ clients, notices: lost.length }, "clients were never told of sign-outs");
  } while (lost.length === givenUpBatch);
}
