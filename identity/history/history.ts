/** The history of an account: what its citizen can look up and object to ("this wasn't me"). */
import { networkOf } from "../../platform/network.ts";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

/** Everything that can stand in a history. Each kind has its sentence under `history` in the locale files. */
export const historyKinds = [
  "account-opened",
  "account-closed",
  "identity-proofed",
  "sign-in",
  "sign-in-new-device",
  "sign-in-failed",
  "sign-out",
  "session-ended",
  "sessions-ended-by-office",
  "password-changed",
  "passkey-added",
  "passkey-removed",
  "totp-added",
  "totp-removed",
  "mobile-added",
  "mobile-removed",
  "recovery-codes-made",
  "recovery-code-used",
  "recovery-started",
  "recovery-cancelled",
  "recovery-completed",
  "recovered-at-counter",
  "not-me-reported",
  "consent-given",
  "grant-revoked",
  "refresh-token-reused",
  "device-connected",
  "delegation-given",
  "delegation-accepted",
  "delegation-revoked",
  "delegation-ended",
  "acted-for-another",
  "acted-for-you",
  "read-by-department",
  "read-by-delegate",
  "read-by-company",
  "data-exported",
] as const;

export type HistoryKind = (typeof historyKinds)[number];

/** Where a request came from. */
export interface RequestOrigin {
  readonly address: string;
  readonly userAgent: string | undefined;
}

export interface HistoryEntry {
  readonly citizenId: RawCitizenId;
  readonly kind: HistoryKind;
  readonly clientId?: string;
  /** Absent for what identity does by itself. */
  readonly origin?: RequestOrigin;
  /** Short facts by kind, such as the name of a passkey; never a secret. */
  readonly detail?: Readonly<Record<string, string>>;
}

/** What is kept of a `User-Agent`, in characters. */
export const longestUserAgent = 300;

/** Writes an entry; give it the transaction of what it tells of. Who is no citizen, such as a caseworker, has no history. */
export async function recordHistory(database: Queryable, entry: HistoryEntry): Promise<void> {
  const { citizenId, kind, clientId, origin, detail } = entry;
  await database.query(
    `INSERT INTO account_history (citizen_id, kind, client_id, network, user_agent, detail)
     SELECT citizen_id, $2, $3, $4, $5, $6 FROM citizen WHERE citizen_id = $1`,
    [
      citizenId,
      kind,
      clientId ?? null,
      origin ? networkOf(origin.address) : null,
      origin?.userAgent?.slice(0, longestUserAgent) ?? null,
      JSON.stringify(detail ?? {}),
    ],
  );
}
