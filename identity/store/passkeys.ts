/** Passkeys: public keys of authenticators (WebAuthn Level 3, 4, credential record). */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

/** Most passkeys that one account may have. */
export const mostPasskeys = 20;

export interface Passkey {
  /** base64url. */
  readonly credentialId: string;
  readonly citizenId: RawCitizenId;
  /** COSE key. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly counter: number;
  readonly transports: readonly string[];
  /** Whether it may be copied between devices. */
  readonly synced: boolean;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

interface Row {
  readonly credential_id: string;
  readonly citizen_id: string;
  readonly public_key: Buffer;
  readonly counter: number;
  readonly transports: string[];
  readonly synced: boolean;
  readonly name: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}

const columns = "credential_id, citizen_id, public_key, counter, transports, synced, name, created_at, last_used_at";

/** The passkeys of an account, the oldest first. */
export async function listPasskeys(database: Queryable, citizenId: RawCitizenId): Promise<Passkey[]> {
  const rows = await database.query<Row>(
    `SELECT ${columns} FROM passkey WHERE citizen_id = $1 ORDER BY created_at, credential_id`,
    [citizenId],
  );
  return rows.map(passkeyOf);
}

export async function findPasskey(database: Queryable, credentialId: string): Promise<Passkey | undefined> {
  const [row] = await database.query<Row>(`SELECT ${columns} FROM passkey WHERE credential_id = $1`, [credentialId]);
  return row && passkeyOf(row);
}

/** Adds a passkey. @returns false when the credential is registered already, or the account has its most */
export async function addPasskey(tx: Queryable, passkey: Omit<Passkey, "createdAt" | "lastUsedAt">): Promise<boolean> {
  const { credentialId, citizenId, publicKey, counter, transports, synced, name } = passkey;
  const added = await tx.query(
    `INSERT INTO passkey (credential_id, citizen_id, public_key, counter, transports, synced, name)
     SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT count(*) FROM passkey WHERE citizen_id = $2) < $8
     ON CONFLICT DO NOTHING RETURNING 1`,
    [credentialId, citizenId, Buffer.from(publicKey), counter, transports, synced, name, mostPasskeys],
  );
  return added.length === 1;
}

/**
 * Records a use. A counter that does not grow means that the key was copied out of its authenticator, or that
 * another use was faster (WebAuthn Level 3, 6.1.1).
 *
 * @returns whether the use counts
 */
export async function usePasskey(database: Queryable, credentialId: string, counter: number): Promise<boolean> {
  const used = await database.query(
    `UPDATE passkey SET counter = $2, last_used_at = now()
     WHERE credential_id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING 1`,
    [credentialId, counter],
  );
  return used.length === 1;
}

/** Removes a passkey. @returns its name, or undefined when the account has no such passkey */
export async function removePasskey(
  tx: Queryable,
  citizenId: RawCitizenId,
  credentialId: string,
): Promise<string | undefined> {
  const [row] = await tx.query<{ name: string }>(
    "DELETE FROM passkey WHERE citizen_id = $1 AND credential_id = $2 RETURNING name",
    [citizenId, credentialId],
  );
  return row?.name;
}

function passkeyOf(row: Row): Passkey {
  return {
    credentialId: row.credential_id,
    citizenId: row.citizen_id,
    publicKey: new Uint8Array(row.public_key),
    counter: row.counter,
    transports: row.transports,
    synced: row.synced,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
