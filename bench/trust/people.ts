/** The rights of those who ask the graph, as identity gives them: signed with identity's own key. */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { calculateJwkThumbprint, decodeJwt, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import type { Credentials } from "../../city/client/credentials.ts";
import { secretsFileOf } from "../../city/launch/data-folder.ts";
import { embeddedUrl } from "../../city/launch/database.ts";
import { databasePortOffset } from "../../city/launch/layout.ts";
import { keepSecrets } from "../../city/launch/secrets.ts";
import { urlOfService } from "../../city/load/roles.ts";
import { createStaff } from "../../identity/staff/accounts.ts";
import { listSigningKeys, openSigningKeys } from "../../identity/store/signing-keys.ts";
import { createLogger } from "../../platform/log.ts";
import { createDatabase, type Database } from "../../platform/postgres.ts";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";

/** Somebody who asks the graph. */
export interface Asker {
  /** The citizen whom she asks about, in the form of the departments. */
  readonly citizen: string;
  readonly credentials: Credentials;
}

/** Those who ask, each with a citizen of her own. */
export interface People {
  readonly citizens: readonly Asker[];
  /** Caseworkers of the pension department. */
  readonly caseworkers: readonly Asker[];
}

/**
 * Citizens of the city of `data` and as many caseworkers. Their sign-ins are left out, since no figure here is of them.
 *
 * @param example a citizen's access token, after whose pattern all are made
 */
export async function peopleOf(data: string, basePort: number, count: number, example: string): Promise<People> {
  const secrets = await keepSecrets(secretsFileOf(data));
  const url = embeddedUrl({ port: basePort + databasePortOffset, secrets });
  const database = createDatabase({
    url: urlOfService(url, "identity", secrets.rolePasswords),
    schema: "identity",
    log: createLogger("bench", "error"),
  });
  try {
    const key = await signingKey(database, Buffer.from(secrets.keyEncryptionKey, "base64url"));
    const pseudonyms = sectorPseudonyms(Buffer.from(secrets.pseudonymKey, "base64url"), "government");
    const rows = await database.query<{ readonly citizen_id: string }>(
      "SELECT citizen_id FROM citizen WHERE birth_date BETWEEN '1970-01-01' AND '1995-01-01' ORDER BY 1 LIMIT $1",
      [count],
    );
    const ids = rows.map(({ citizen_id }) => pseudonyms.seal(citizen_id));
    const claims = decodeJwt(example);
    const staff = { department: "pension", role: "caseworker" };
    const caseworkersClaims = {
      ...claims,
      ...staff,
      client_id: "pension-desk",
      scope: "citizen:read pension:read employment:read",
      acr: "urn:huimin:loa:3",
    };
    return {
      citizens: await Promise.all(
        ids.map(async (sub) => ({ citizen: sub, credentials: await rightOf({ ...claims, sub }, key) })),
      ),
      caseworkers: await Promise.all(
        ids.map(async (citizen) => {
          const sub = pseudonyms.seal(await createStaff(database, { ...staff, displayName: "李明" }));
          return { citizen, credentials: await rightOf({ ...caseworkersClaims, sub }, key) };
        }),
      ),
    };
  } finally {
    await database.close();
  }
}

async function signingKey(database: Database, sealer: Buffer): Promise<JWK> {
  const records = await listSigningKeys(database);
  const record = records.find(({ algorithm, state }) => algorithm === "ES256" && state === "signing");
  const [key] = record ? await openSigningKeys(database, [sealer], [record]) : [];
  if (!record || !key) throw new Error("identity signs with no key");
  return { kid: record.keyId, ...key } as JWK;
}

/** An access token that outlives every measurement, bound to a key of its own. */
async function rightOf(claims: JWTPayload, key: JWK): Promise<Credentials> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const dpopJwk = privateKey.export({ format: "jwk" }) as JWK;
  const now = Math.floor(Date.now() / 1000);
  const cnf = { jkt: await calculateJwkThumbprint(dpopJwk) };
  const accessToken = await new SignJWT({ ...claims, cnf, jti: randomUUID(), iat: now, exp: now + 600 })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", ...(key.kid && { kid: key.kid }) })
    .sign(await importJWK(key, "ES256"));
  return { accessToken, tokenType: "DPoP", dpopJwk };
}
