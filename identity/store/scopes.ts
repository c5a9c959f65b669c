/** Scopes that the operator registered beside those that come with the city. */
import type { Language } from "../../platform/i18n.ts";
import type { Queryable } from "../../platform/postgres.ts";

/** The registered scopes of the graph that clients of a sector may ask for; without one, those that all may. */
export async function readGraphScopes(database: Queryable, sector: string | null): Promise<string[]> {
  const rows = await database.query<{ scope: string }>(
    `SELECT scope FROM scope
     WHERE document->>'resource' = 'graph' AND (NOT document ? 'sectors' OR document->'sectors' ? $1)
     ORDER BY scope`,
    [sector],
  );
  return rows.map(({ scope }) => scope);
}

/** What the registered ones of these scopes are for, in a language. */
export async function describeScopes(
  database: Queryable,
  scopes: readonly string[],
  language: Language,
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ scope: string; text: string }>(
    "SELECT scope, document->'description'->>$2 AS text FROM scope WHERE scope = ANY($1)",
    [scopes, language],
  );
  return new Map(rows.map(({ scope, text }) => [scope, text]));
}
