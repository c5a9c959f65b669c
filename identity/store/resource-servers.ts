/** Protected resources besides the graph, as the operator registered them in `resource_server`. */
import type { Queryable } from "../../platform/postgres.ts";
import type { ReadAhead } from "./read-ahead.ts";

/** A resource that access tokens are made for. */
export interface ResourceServer {
  /** Resource indicator (RFC 8707), the audience of the tokens. */
  readonly resource: string;
  /** The circle of trust that it belongs to. */
  readonly sector: string;
  /** Scopes that a citizen can allow a client. */
  readonly scopes: readonly string[];
  /** Scopes that a client can have by itself, with no citizen behind it (RFC 6749, 4.4). */
  readonly clientScopes: readonly string[];
}

/** A resource as its row has it. */
export interface ResourceServerRow {
  readonly resource: string;
  readonly sector: string;
  readonly scopes: string[];
  readonly client_scopes: string[];
}

export async function findResourceServer(
  database: Queryable,
  ahead: ReadAhead,
  resource: string,
): Promise<ResourceServer | undefined> {
  const row = await ahead.take("resource", resource, async () => {
    const [found] = await database.query<ResourceServerRow>(
      "SELECT resource, sector, scopes, client_scopes FROM resource_server WHERE resource = $1",
      [resource],
    );
    return found;
  });
  return row && { resource: row.resource, sector: row.sector, scopes: row.scopes, clientScopes: row.client_scopes };
}
