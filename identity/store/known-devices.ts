/** The browsers in which an account has signed in before. */
import { createHash } from "node:crypto";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";

/** Most browsers remembered for one account; the one unused for longest goes first. */
const mostDevices = 50;

/** Whether the browser with this secret has signed in to the account. A citizen of null has none. */
export async function isKnownDevice(
  database: Queryable,
  citizenId: RawCitizenId | null,
  secret: string,
): Promise<boolean> {
  const found = await database.query("SELECT 1 FROM known_device WHERE citizen_id = $1 AND device_hash = $2", [
    citizenId,
    hashOf(secret),
  ]);
  return found.length > 0;
}

/** Whether the secret is one that identity gave out, to whichever account. */
export async function isIssuedDevice(database: Queryable, secret: string): Promise<boolean> {
  const found = await database.query("SELECT 1 FROM known_device WHERE device_hash = $1 LIMIT 1", [hashOf(secret)]);
  return found.length > 0;
}

/** Remembers a browser. @returns whether it is new to the account */
export async function rememberDevice(tx: Queryable, citizenId: RawCitizenId, secret: string): Promise<boolean> {
  const [row] = await tx.query<{ is_new: boolean }>(
    `INSERT INTO known_device (citizen_id, device_hash) VALUES ($1, $2)
     ON CONFLICT (citizen_id, device_hash) DO UPDATE SET last_seen_at = now() RETURNING xmax = 0 AS is_new`,
    [citizenId, hashOf(secret)],
  );
  await tx.query(
    `DELETE FROM known_device WHERE citizen_id = $1 AND device_hash IN
       (SELECT device_hash FROM known_device WHERE citizen_id = $1 ORDER BY last_seen_at DESC OFFSET $2)`,
    [citizenId, mostDevices],
  );
  return row?.is_new ?? true;
}

/** Forgets every browser of an account. */
export async function forgetDevices(tx: Queryable, citizenId: RawCitizenId): Promise<void> {
  await tx.query("DELETE FROM known_device WHERE citizen_id = $1", [citizenId]);
}

function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
