/** Grants by the public names that access tokens carry. */
import type { AdapterPayload } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";

/** A public name is the beginning of the SHA-256 under which the grant is kept (`publicNameOf`), in base64url. */
const publicName = /^[\w-]{22}$/;
const wholeBytes = 16;
const hashBytes = 32;

/** The live grant of this public name. */
export async function findGrantByName(database: Queryable, name: string): Promise<AdapterPayload | undefined> {
  if (!publicName.test(name)) return undefined;
  const beginning = Buffer.from(name, "base64url").subarray(0, wholeBytes);
  const bound = (fill: number) => Buffer.concat([beginning, Buffer.alloc(hashBytes - wholeBytes, fill)]);
  const [row] = await database.query<{ payload: AdapterPayload }>(
    `SELECT payload FROM oidc_artefact
     WHERE model = 'Grant' AND id_hash BETWEEN $1 AND $2 AND payload <> '{}' AND (expires_at IS NULL OR expires_at > now())`,
    [bound(0x00), bound(0xff)],
  );
  return row?.payload;
}
