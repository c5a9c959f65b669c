/** The right of a caseworker to ask the graph, as identity gives it: signed with identity's own key. */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { calculateJwkThumbprint, importJWK, type JWK, SignJWT } from "jose";
import type { Credentials } from "../../city/client/credentials.ts";
import { secretsFileOf } from "../../city/launch/data-folder.ts";
import { embeddedUrl } from "../../city/launch/database.ts";
import { databasePortOffset, originOf } from "../../city/launch/layout.ts";
import { keepSecrets } from "../../city/launch/secrets.ts";
import { urlOfService } from "../../city/load/roles.ts";
import { createStaff } from "../../identity/staff/accounts.ts";
import { listSigningKeys, openSigningKeys } from "../../identity/store/signing-keys.ts";
import { createLogger } from "../../platform/log.ts";
import { createDatabase } from "../../platform/postgres.ts";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";

/**
 * A caseworker of the pension department of the city of `data`. Her sign-in by passkey is left out, since no figure
 * here is of it.
 */
export async function employCaseworker(data: string, basePort: number): Promise<Credentials> {
  const secrets = await keepSecrets(secretsFileOf(data));
  const url = embeddedUrl({ port: basePort + databasePortOffset, secrets });
  const database = createDatabase({
    url: urlOfService(url, "identity", secrets.rolePasswords),
    schema: "identity",
    log: createLogger("bench", "error"),
  });
  try {
    const staff = { department: "pension", role: "caseworker", displayName: "李明" };
    const staffId = await createStaff(database, staff);
    const records = await listSigningKeys(database);
    const record = records.find(({ algorithm, state }) => algorithm === "ES256" && state === "signing");
    const sealer = Buffer.from(secrets.keyEncryptionKey, "base64url");
    const [key] = record ? await openSigningKeys(database, [sealer], [record]) : [];
    if (!record || !key) throw new Error("identity signs with no key");
    const subject = sectorPseudonyms(Buffer.from(secrets.pseudonymKey, "base64url"), "government").seal(staffId);
    return await signFor(subject, staff, { kid: record.keyId, ...key } as JWK, basePort);
  } finally {
    await database.close();
  }
}

async function signFor(
  subject: string,
  { department, role }: { readonly department: string; readonly role: string },
  key: JWK,
  basePort: number,
): Promise<Credentials> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const dpopJwk = privateKey.export({ format: "jwk" }) as JWK;
  const now = Math.floor(Date.now() / 1000);
  const accessToken = await new SignJWT({
    client_id: "pension-desk",
    scope: "citizen:read pension:read employment:read",
    sector: "government",
    acr: "urn:huimin:loa:3",
    auth_time: now,
    department,
    role,
    cnf: { jkt: await calculateJwkThumbprint(dpopJwk) },
  })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", ...(key.kid && { kid: key.kid }) })
    .setIssuer(originOf(basePort, "identity"))
    .setAudience(`${originOf(basePort, "gateway")}/graphql`)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .setJti(randomUUID())
    .sign(await importJWK(key, "ES256"));
  return { accessToken, tokenType: "DPoP", dpopJwk };
}
