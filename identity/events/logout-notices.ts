/**
 * Notices to clients that a session has ended (OpenID Connect Back-Channel Logout 1.0), on their way from the table in
 * which the end of the session wrote them. They survive restarts, replicas share the work, and a client that does not
 * answer holds up its own notices alone.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../../platform/log.ts";
import type { Queryable } from "../../platform/postgres.ts";

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

/** `told`: it is done. `refused`: the client will never take it. `failed`: it is worth another try. */
export type Delivery = "told" | "refused" | "failed";

export interface LogoutNoticeParts {
  readonly database: Queryable;
  /** Tells the client; does not reject. */
  readonly deliver: (notice: LogoutNotice) => Promise<Delivery>;
  readonly log: Logger;
}

/** Milliseconds. Each pause before another try is twice the one before. */
const pace = { look: 500, shortestPause: 2_000, longestPause: 3_600_000 } as const;

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
  const closing = new AbortController();
  const underWay = new Map<string, number>();
  const deliveries = new Set<Promise<void>>();

  const carry = async ({ notice_id: id, client_id: clientId, account_id: accountId, ...notice }: Claimed) => {
    const { principal, sid, attempts } = notice;
    const delivery = await deliver({ clientId, accountId, principal, sid });
    if (delivery !== "told") log.warn({ client: clientId, attempts, delivery }, "a client was not told of a sign-out");
    if (delivery !== "failed") await database.query("DELETE FROM logout_notice WHERE notice_id = $1", [id]);
  };
  const start = (claimed: Claimed) => {
    const { client_id: client } = claimed;
    underWay.set(client, (underWay.get(client) ?? 0) + 1);
    const delivery: Promise<void> = carry(claimed)
      .catch((error: unknown) => log.warn({ err: error, client }, "a notice of a sign-out stays for another try"))
      .finally(() => {
        deliveries.delete(delivery);
        const left = (underWay.get(client) ?? 1) - 1;
        if (left > 0) underWay.set(client, left);
        else underWay.delete(client);
      });
    deliveries.add(delivery);
  };
  const run = async () => {
    while (!closing.signal.aborted) {
      try {
        const busy = [...underWay].flatMap(([client, count]) => (count >= limits.ofOne ? [client] : []));
        for (const claimed of await claim(database, busy, limits.all - deliveries.size)) start(claimed);
      } catch (error) {
        log.warn({ err: error }, "notices of sign-outs cannot be read");
      }
      await delay(pace.look, undefined, { signal: closing.signal }).catch(() => {});
    }
  };
  const running = run();
  return async () => {
    closing.abort();
    await running;
    await Promise.all(deliveries);
  };
}

/**
 * Takes due notices, a few of each client. Their next try is set before the first: whoever dies on the way leaves them
 * to others, and so a client may hear of one session twice, never not at all. The clients are found one after another
 * in the index, not by reading the backlog of one that is away.
 */
async function claim(database: Queryable, busy: readonly string[], most: number): Promise<Claimed[]> {
  return await database.query<Claimed>(
    `UPDATE logout_notice SET attempts = attempts + 1,
       due_at = now() + make_interval(secs => least($3 * 2 ^ least(attempts, 20), $4) * (0.75 + random() / 2) / 1000)
     WHERE notice_id IN (
       WITH RECURSIVE client (client_id) AS (
         (SELECT client_id FROM logout_notice ORDER BY client_id LIMIT 1)
         UNION ALL
         SELECT (SELECT client_id FROM logout_notice WHERE client_id > before.client_id ORDER BY client_id LIMIT 1)
         FROM client AS before WHERE before.client_id IS NOT NULL)
       SELECT due.notice_id FROM client
       CROSS JOIN LATERAL (SELECT notice_id FROM logout_notice WHERE client_id = client.client_id AND due_at <= now()
                           ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED) AS due
       WHERE client.client_id <> ALL ($1) LIMIT $2)
     RETURNING notice_id, client_id, account_id, principal, sid, attempts`,
    [busy, Math.max(0, most), pace.shortestPause, pace.longestPause, limits.ofOne],
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
