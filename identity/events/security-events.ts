/** What gateways must hear of at once: sign-ins, changed factors, revocations. Written in one transaction with the cause. */
import type { Queryable } from "../../platform/postgres.ts";
import { securityEventNames } from "../../trust/security-event.ts";

/** A factor or the like whose change others should know of (CAEP 1.0, 3.3). */
export type CredentialKind = "password" | "passkey" | "totp" | "mobile" | "recovery-codes";

/** Who wanted it (CAEP 1.0, 2). */
export type Initiator = "user" | "admin" | "policy" | "system";

/** One thing that happened, to an account (a citizen's or a caseworker's) or to identity itself. */
export type SecurityEvent = AccountEvent | OwnTokenRevoked | KeyWithdrawn;

/** What a receiver is told of its own stream (SSF 1.0, 8.1.4 and 8.1.5). */
export type StreamEvent = { readonly streamId: string } & (
  | { readonly kind: "verification"; readonly state?: string }
  | { readonly kind: "stream-updated"; readonly status: string }
);

/** What one key has signed does not count any more. */
export interface KeyWithdrawn {
  readonly kind: "signing-key-withdrawn";
  readonly keyId: string;
}

/** An access token that a client got in its own name, so that it concerns no account. */
export type OwnTokenRevoked = Omit<Extract<AccountEvent, { readonly kind: "token-revoked" }>, "accountId">;

export type AccountEvent = { readonly accountId: string } & (
  | { readonly kind: "session-established"; readonly sessionId: string; readonly acr: string }
  /** `sessionId` null: every session of the account. */
  | {
      readonly kind: "session-revoked";
      readonly sessionId: string | null;
      /** The clients that have taken part in the session; each knows it by a name of its own. */
      readonly clientIds: readonly string[];
      readonly initiator: Initiator;
    }
  | {
      readonly kind: "grant-revoked";
      readonly grantId: string;
      readonly clientId: string;
      readonly initiator: Initiator;
    }
  /** One access token, by its `jti`, that is good until `expiresAt` (seconds since the epoch) otherwise. */
  | {
      readonly kind: "token-revoked";
      readonly tokenId: string;
      readonly expiresAt: number;
      readonly initiator: Initiator;
    }
  | {
      readonly kind: "credential-change";
      readonly credential: CredentialKind;
      readonly change: "create" | "revoke" | "update";
    }
  | { readonly kind: "assurance-level-change"; readonly level: string }
  | { readonly kind: "account-disabled"; readonly reason: string }
  | { readonly kind: "account-purged" }
);

/** Puts an event into the outbox; give it the transaction of what it tells of. */
export async function emitSecurityEvent(database: Queryable, event: SecurityEvent): Promise<void> {
  const { accountId = null, kind, ...payload } = { accountId: undefined, ...event };
  // Receivers hear of those alone who have let them in: whoever ends that must tell of it first.
  await database.query(
    `WITH event AS (INSERT INTO security_event (account_id, kind, payload) VALUES ($1, $2, $3) RETURNING event_id)
     INSERT INTO event_pending (client_id, event_id)
     SELECT client_id, event_id FROM standing_event_stream AS stream, event
     WHERE standing <> 'disabled' AND $2 = ANY (kinds) AND coalesce($5 = ANY (events_requested), true)
       AND client_id = coalesce($3::jsonb ->> 'clientId', client_id)
       AND EXISTS (SELECT FROM oidc_artefact WHERE model = 'Grant' AND payload ->> 'accountId' = $4
                   AND payload ->> 'clientId' = stream.client_id)`,
    [accountId, kind, JSON.stringify(payload), accountId, securityEventNames[kind]],
  );
}

/** Puts an event about a receiver's stream into the outbox, for that receiver alone. */
export async function emitStreamEvent(database: Queryable, clientId: string, event: StreamEvent): Promise<void> {
  const { kind, ...payload } = event;
  await database.query(
    `WITH event AS (INSERT INTO security_event (kind, payload) VALUES ($1, $2) RETURNING event_id)
     INSERT INTO event_pending (client_id, event_id, despite_status) SELECT $3, event_id, $4 FROM event`,
    [kind, JSON.stringify(payload), clientId, kind === "stream-updated"],
  );
}
