/** Access tokens as identity might have issued them: signed with its own key, so that only the claims make a difference. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compactDecrypt, decodeJwt, decodeProtectedHeader, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import pg from "pg";
import type { Credentials } from "../../city/client/credentials.ts";
import type { City } from "./city.ts";

/** The same credentials with other claims, or of another type. */
export async function reissue(
  city: Pick<City, "data" | "databaseUrl">,
  credentials: Credentials,
  change: JWTPayload,
  typ = "at+jwt",
): Promise<Credentials> {
  const { kid } = decodeProtectedHeader(credentials.accessToken);
  const database = new pg.Client(city.databaseUrl);
  await database.connect();
  try {
    const { rows } = await database.query<{ sealed: string }>(
      "SELECT sealed FROM identity.signing_key WHERE key_id = $1",
      [kid],
    );
    if (!rows[0]) throw new Error("identity's key is not in its schema");
    const { keyEncryptionKey } = JSON.parse(await readFile(join(city.data, "secrets.json"), "utf8"));
    const { plaintext } = await compactDecrypt(rows[0].sealed, Buffer.from(keyEncryptionKey, "base64url"));
    const jwk = JSON.parse(new TextDecoder().decode(plaintext)) as JWK;
    const header = { alg: "ES256", typ, ...(kid === undefined ? {} : { kid }) };
    const accessToken = await new SignJWT({ ...decodeJwt(credentials.accessToken), ...change })
      .setProtectedHeader(header)
      .sign(await importJWK(jwk, "ES256"));
    return { ...credentials, accessToken };
  } finally {
    await database.end();
  }
}
