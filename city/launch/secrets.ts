/** The keys and passwords of one city: made once, kept in a file that its owner alone can read. */
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { z } from "zod";
import { es256PrivateJwk, secretBytes } from "../../platform/config.ts";
import { callKey } from "../../trust/call-keys.ts";
import { CityError, errorCode } from "../failure.ts";

const key = z.string().refine((text) => secretBytes(32).safeParse(text).success);
const jwk = z.string().refine((text) => es256PrivateJwk.safeParse(text).success);
const callKeyText = z.string().refine((text) => callKey.safeParse(text).success);
const callKeys = z.strictObject({ own: callKeyText, gateway: callKeyText });
const password = z.string().min(16);

const secretsSchema = z.strictObject({
  /** 32 bytes, base64url. */
  pseudonymKey: key,
  identityCookieKey: key,
  /** Under which identity stores its signing keys. */
  keyEncryptionKey: key.default(() => randomText(32)),
  portalCookieKey: key,
  /** Private ES256 JWK as JSON. */
  gatewaySigningKey: jwk,
  portalClientKey: jwk,
  /** Under which the gateway keeps answers in Redis. */
  gatewayCacheKey: key.default(() => randomText(32)),
  /** The keys of signed calls, as the subgraph's setting and the gateway's have them. */
  callKeys: z
    .strictObject({
      citizen: callKeys,
      health: callKeys,
      pension: callKeys,
      employment: callKeys,
      utilities: callKeys,
      water: callKeys,
      power: callKeys,
    })
    .default(makeCallKeys),
  /** Signs the events of the utilities department. */
  utilitiesEventKey: jwk.default(makeSigningKey),
  /** Password of the embedded server's superuser. */
  databasePassword: password,
  rolePasswords: z.strictObject({
    identity: password,
    health: password,
    pension: password,
    employment: password,
    utilities: password,
    water: password.default(() => randomText(24)),
    power: password.default(() => randomText(24)),
  }),
});

export type CitySecrets = z.output<typeof secretsSchema>;

/** New secrets from the system's source of randomness. */
export function makeSecrets(): CitySecrets {
  return {
    pseudonymKey: randomText(32),
    identityCookieKey: randomText(32),
    keyEncryptionKey: randomText(32),
    portalCookieKey: randomText(32),
    gatewaySigningKey: makeSigningKey(),
    gatewayCacheKey: randomText(32),
    portalClientKey: makeSigningKey(),
    callKeys: makeCallKeys(),
    utilitiesEventKey: makeSigningKey(),
    databasePassword: randomText(24),
    rolePasswords: {
      identity: randomText(24),
      health: randomText(24),
      pension: randomText(24),
      employment: randomText(24),
      utilities: randomText(24),
      water: randomText(24),
      power: randomText(24),
    },
  };
}

function makeCallKeys() {
  return {
    citizen: makeSharedKey(),
    health: makeSharedKey(),
    pension: makeSharedKey(),
    employment: makeSharedKey(),
    utilities: makeSharedKey(),
    water: makeKeyPair(),
    power: makeKeyPair(),
  };
}

/** Of a department: both sides have the same. */
function makeSharedKey() {
  const secret = `hmac-sha256:${randomText(32)}`;
  return { own: secret, gateway: secret };
}

/** Of a company: it alone can sign. */
function makeKeyPair() {
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { own: `ed25519:${d}`, gateway: `ed25519:${x}` };
}

function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

function makeSigningKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return JSON.stringify({ ...privateKey.export({ format: "jwk" }), alg: "ES256", kid: randomUUID() });
}

/**
 * The secrets in `file`; made when there is no such file, and completed when it is of an earlier version.
 *
 * @throws CityError when the file cannot be read or understood, or others may read it
 */
export async function keepSecrets(file: string): Promise<CitySecrets> {
  const text = await readSecrets(file);
  const secrets = text === undefined ? makeSecrets() : parseSecrets(file, text);
  const complete = `${JSON.stringify(secrets, null, 2)}\n`;
  if (complete === text) return secrets;
  const unfinished = `${file}.unfinished`;
  await writeFile(unfinished, complete, { mode: 0o600 });
  await rename(unfinished, file);
  return secrets;
}

async function readSecrets(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file);
    if (mode & 0o077) throw new CityError(`The secrets in ${file} can be read by others; run chmod 600 on the file.`);
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof CityError) throw error;
    if (errorCode(error) === "ENOENT") return undefined;
    throw new CityError(`The secrets in ${file} cannot be read (${errorCode(error)}).`);
  }
}

function parseSecrets(file: string, text: string): CitySecrets {
  try {
    return secretsSchema.parse(JSON.parse(text));
  } catch {
    throw new CityError(`The secrets in ${file} are damaged; bring the file back, or add --fresh for a new city.`);
  }
}
