/**
 * What a request to the token endpoint stands on, in one statement in the place of one each: when the library asks for
 * the client, its parameters say already which refresh token, or which resource, it will ask for next.
 *
 * Nothing is kept from one request to the next. Each part is used once, so that whatever the request itself changes is
 * read anew, and only for half a second: while the keys of a client are fetched, a session may end.
 */
import { type AdapterPayload, type ClientMetadata, type KoaContextWithOIDC, Provider } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";
import { idHash } from "./artefact.ts";
import type { ResourceServerRow } from "./resource-servers.ts";

/** An artefact as its row has it; `consumed` in seconds since the epoch. */
export interface ArtefactRow {
  readonly payload: AdapterPayload;
  readonly consumed: number | null;
}

const artefactParts = ["RefreshToken", "Grant", "Session"] as const;

/** Whether artefacts of this kind can be read ahead. */
export function isReadAhead(model: string): model is (typeof artefactParts)[number] {
  return artefactParts.some((part) => part === model);
}

/** What can be read ahead, undefined or false where there is none. */
interface Parts {
  readonly client: { readonly metadata: ClientMetadata } | undefined;
  readonly RefreshToken: ArtefactRow | undefined;
  readonly Grant: ArtefactRow | undefined;
  readonly Session: ArtefactRow | undefined;
  readonly account: boolean;
  /** By the names of citizen and client: whether the use of today is noted. */
  readonly use: boolean;
  readonly resource: ResourceServerRow | undefined;
}

/** Parts by the name under which they were looked for. */
type Found = { [Part in keyof Parts]?: { readonly name: string; readonly value: Parts[Part] } };

export interface ReadAhead {
  /**
   * The part that was read ahead for a request; what `read` finds where there is none.
   *
   * @param context the request that the library is answering, unless given
   */
  take<Part extends keyof Parts>(
    part: Part,
    name: string,
    read: () => Promise<Parts[Part]>,
    context?: KoaContextWithOIDC,
  ): Promise<Parts[Part]>;
}

const longestMs = 500;

/** For where no request has parameters to read ahead by. */
export const readNothingAhead: ReadAhead = { take: async (_part, _name, read) => await read() };

export function createReadAhead(database: Queryable): ReadAhead {
  const reads = new WeakMap<KoaContextWithOIDC, { readonly at: number; readonly found: Promise<Found> }>();
  const readFor = (context: KoaContextWithOIDC, clientId: string | null) => {
    const read = { at: performance.now(), found: readTogether(database, context, clientId) };
    reads.set(context, read);
    return read;
  };
  return {
    take: async (part, name, read, context = Provider.ctx) => {
      if (!context?.oidc?.params) return await read();
      const { at, found } = reads.get(context) ?? readFor(context, part === "client" ? name : null);
      const parts = await found;
      const taken = parts[part];
      if (taken?.name !== name || performance.now() - at > longestMs) return await read();
      delete parts[part];
      return taken.value;
    },
  };
}

/** By the kind of the request; empty for those that stand on one thing alone, or on what is not known yet. */
async function readTogether(
  database: Queryable,
  { oidc: { route, params } }: KoaContextWithOIDC,
  clientId: string | null,
): Promise<Found> {
  const { grant_type: grantType, refresh_token: refreshToken, token, resource } = params ?? {};
  if (route === "token" && grantType === "refresh_token" && typeof refreshToken === "string") {
    return await readRefresh(database, clientId, refreshToken);
  }
  if (route === "introspection" && typeof token === "string") return await readRefresh(database, clientId, token);
  if (route === "token" && grantType === "client_credentials" && clientId !== null && typeof resource === "string") {
    return await readOwnRights(database, clientId, resource);
  }
  return {};
}

/** Must find what the statements of each part find: `durableArtefacts`, `registeredClients`, `hasAccount`, `noteApplicationUses`. */
const refreshReads = `
  SELECT client.metadata, token.payload AS token, floor(extract(epoch FROM token.consumed_at))::float8 AS consumed,
         token.grant_id, the_grant.payload AS the_grant, session.payload AS session,
         account.citizen_id IS NOT NULL AS has_account, noted.client_id IS NOT NULL AS use_is_noted
  FROM (VALUES ($1::text, $2::bytea)) AS asked (client_id, token_hash)
  LEFT JOIN oidc_client AS client ON client.client_id = asked.client_id
  LEFT JOIN oidc_artefact AS token ON token.model = 'RefreshToken' AND token.id_hash = asked.token_hash
  LEFT JOIN oidc_artefact AS the_grant
    ON the_grant.model = 'Grant' AND the_grant.id_hash = sha256(convert_to(token.grant_id, 'UTF8'))
  LEFT JOIN LATERAL
    (SELECT payload FROM oidc_artefact
     WHERE model = 'Session' AND uid = token.payload ->> 'sessionUid'
       AND NOT EXISTS (SELECT 1 FROM ended_session WHERE ended_session.uid = oidc_artefact.uid)
     ORDER BY expires_at DESC LIMIT 1) AS session ON true
  LEFT JOIN account ON account.citizen_id = (token.payload ->> 'accountId')::uuid
  LEFT JOIN application_use AS noted
    ON noted.citizen_id = account.citizen_id AND noted.client_id = token.payload ->> 'clientId'
    AND noted.used_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date`;

interface RefreshRow {
  readonly metadata: ClientMetadata | null;
  readonly token: AdapterPayload | null;
  readonly consumed: number | null;
  readonly grant_id: string | null;
  readonly the_grant: AdapterPayload | null;
  readonly session: AdapterPayload | null;
  readonly has_account: boolean;
  readonly use_is_noted: boolean;
}

async function readRefresh(database: Queryable, clientId: string | null, refreshToken: string): Promise<Found> {
  const [row] = await database.query<RefreshRow>(refreshReads, [clientId, idHash(refreshToken)]);
  if (!row) throw new Error("a statement that always has a row has none");
  const { token, consumed, grant_id: grantId } = row;
  const { accountId, sessionUid, clientId: holder } = token ?? {};
  return {
    ...clientOf(clientId, row.metadata),
    RefreshToken: { name: refreshToken, value: token === null ? undefined : { payload: token, consumed } },
    ...(grantId !== null && { Grant: { name: grantId, value: artefactOf(row.the_grant) } }),
    ...(sessionUid !== undefined && { Session: { name: sessionUid, value: artefactOf(row.session) } }),
    ...(accountId !== undefined && {
      account: { name: accountId, value: row.has_account },
      use: { name: useName(accountId, String(holder)), value: row.use_is_noted },
    }),
  };
}

/** Names the use of a client by a citizen. */
export function useName(accountId: string, clientId: string): string {
  return `${accountId} ${clientId}`;
}

/** Grants and sessions are not consumed. */
function artefactOf(payload: AdapterPayload | null): ArtefactRow | undefined {
  return payload === null ? undefined : { payload, consumed: null };
}

function clientOf(name: string | null, metadata: ClientMetadata | null): Pick<Found, "client"> {
  return name === null ? {} : { client: { name, value: metadata === null ? undefined : { metadata } } };
}

type OwnRightsRow = { readonly metadata: ClientMetadata | null } & (ResourceServerRow | { readonly resource: null });

async function readOwnRights(database: Queryable, clientId: string, resource: string): Promise<Found> {
  const [row] = await database.query<OwnRightsRow>(
    `SELECT client.metadata, server.resource, server.sector, server.scopes, server.client_scopes
     FROM (VALUES ($1::text, $2::text)) AS asked (client_id, resource)
     LEFT JOIN oidc_client AS client ON client.client_id = asked.client_id
     LEFT JOIN resource_server AS server ON server.resource = asked.resource`,
    [clientId, resource],
  );
  if (!row) throw new Error("a statement that always has a row has none");
  return {
    ...clientOf(clientId, row.metadata),
    resource: { name: resource, value: row.resource === null ? undefined : row },
  };
}
