/** What a city must not leave in its logs: looked for by what its register knows of people, and by how it looks. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { demoPassword } from "../../city/population/demo.ts";
import type { City } from "./city.ts";

/** Tokens and proofs are JWTs, whoever they were made for; a citizen ID in any sector's form looks like this. */
const shapes = {
  "a token": /eyJ[\w-]{10,}\.[\w-]{10,}/,
  "a citizen ID": /hm[1-9]\d{0,3}_[\w-]{43}/,
} as const;

/**
 * Everything personal or secret that the logs of a running city hold, each as its kind and the log.
 *
 * @param more secrets of the test's own
 * @throws Error when there is nobody, or no log, to look for
 */
export async function leaksIn(
  city: Pick<City, "data" | "databaseUrl">,
  more: readonly string[] = [],
): Promise<string[]> {
  const known = [...(await peopleIn(city)), ...(await secretsOf(city, more))];
  const folder = join(city.data, "logs");
  const found: string[] = [];
  for (const file of await readdir(folder)) {
    const log = await readFile(join(folder, file), "utf8");
    for (const [kind, text] of known) if (log.includes(text)) found.push(`${kind} in ${file}`);
    for (const [kind, shape] of Object.entries(shapes)) if (shape.test(log)) found.push(`${kind} in ${file}`);
  }
  return [...new Set(found)];
}

type Known = readonly [kind: string, text: string];

async function peopleIn({ databaseUrl }: Pick<City, "databaseUrl">): Promise<Known[]> {
  const database = new pg.Client(databaseUrl);
  await database.connect();
  try {
    const { rows } = await database.query<{ kind: string; text: string }>(
      `SELECT 'an ID number' AS kind, resident_id AS text FROM identity.citizen
       UNION ALL SELECT 'the ID of a citizen', citizen_id::text FROM identity.citizen
       UNION ALL SELECT 'a name', name FROM identity.citizen
       UNION ALL SELECT 'a mobile', contact_mobile FROM identity.citizen WHERE contact_mobile IS NOT NULL
       UNION ALL SELECT 'a mobile', mobile FROM identity.account WHERE mobile IS NOT NULL`,
    );
    if (rows.length < 180) throw new Error("there are too few people to look for");
    return rows.map(({ kind, text }) => [kind, text]);
  } finally {
    await database.end();
  }
}

async function secretsOf({ data }: Pick<City, "data">, more: readonly string[]): Promise<Known[]> {
  const secrets = JSON.parse(await readFile(join(data, "secrets.json"), "utf8")) as Readonly<Record<string, unknown>>;
  const texts = Object.values(secrets).flatMap(secretTexts);
  return [...texts, demoPassword, ...more].map((text) => ["a secret", text]);
}

/** A key or password is a text, of a private key it is the private part, and there may be several by name. */
function secretTexts(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(secretTexts);
  if (typeof value !== "string") return [];
  return [value.startsWith("{") ? String(JSON.parse(value).d) : value];
}
