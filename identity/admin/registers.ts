/** The registers of identity, apart from clients. */
import type { Queryable } from "../../platform/postgres.ts";
import { governmentSector, sectorPattern } from "../../trust/pseudonym.ts";
import { readStream, tellOfStanding } from "../events/streams.ts";
import { streamScopes } from "../provider/scopes.ts";
import {
  administratorEntry,
  purposeEntry,
  receiverEntry,
  resourceEntry,
  scopeEntry,
  sectorEntry,
  shapeFaults,
} from "./entries.ts";
import { documentRows, type Entry, type Fault, faultIfAny, type Register } from "./register.ts";

const removable = async (): Promise<Fault[]> => [];

const sectors: Register = {
  ...documentRows({ table: "sector", key: "sector", document: "document" }),
  name: "sectors",
  namePattern: sectorPattern,
  read: async (tx) => {
    const rows = await tx.query<{ name: string; entry: Entry }>(
      "SELECT sector AS name, document AS entry FROM sector WHERE retired_at IS NULL ORDER BY sector",
    );
    return new Map(rows.map(({ name, entry }) => [name, entry]));
  },
  check: async (tx, { name, entry }) => [
    ...shapeFaults(name, entry, sectorEntry),
    ...((entry.kind === "department") === (name === governmentSector)
      ? []
      : [{ entry: name, field: "kind", message: "departments share the sector government; a company has its own" }]),
    ...(await faultIfAny(
      tx,
      name,
      "was retired, and a sector's name is never given again: it would inherit its predecessor's pseudonyms",
      "SELECT 1 FROM sector WHERE sector = $1 AND retired_at IS NOT NULL",
      [name],
    )),
  ],
  checkRemoval: async (tx, name) => [
    ...(name === governmentSector ? [{ entry: name, field: null, message: "is what the departments share" }] : []),
    ...(await faultIfAny(
      tx,
      name,
      "has clients or resources still: remove those first",
      `SELECT 1 FROM oidc_client WHERE metadata->>'sector' = $1
       UNION ALL SELECT 1 FROM resource_server WHERE sector = $1`,
      [name],
    )),
  ],
  remove: async (tx, name) => {
    await tx.query("UPDATE sector SET retired_at = now() WHERE sector = $1", [name]);
  },
};

const scopes: Register = {
  ...documentRows({ table: "scope", key: "scope", document: "document" }),
  name: "scopes",
  namePattern: /^[a-z][a-z0-9-]{0,40}(:[a-z][a-z0-9-]{0,40}){1,2}$/,
  check: async (tx, { name, entry }) => {
    const faults = shapeFaults(name, entry, scopeEntry);
    const { resource } = entry;
    const known =
      resource === "graph" ? [1] : await tx.query("SELECT 1 FROM resource_server WHERE resource = $1", [resource]);
    if (known.length === 0) faults.push({ entry: name, field: "resource", message: "is no registered resource" });
    return [...faults, ...(await sectorFaults(tx, name, entry.sectors))];
  },
  checkRemoval: removable,
};

const purposes: Register = {
  ...documentRows({ table: "purpose", key: "purpose", document: "document" }),
  name: "purposes",
  namePattern: sectorPattern,
  check: async (tx, { name, entry }) => [
    ...shapeFaults(name, entry, purposeEntry),
    ...(await sectorFaults(tx, name, entry.sectors)),
  ],
  checkRemoval: (tx, name) =>
    faultIfAny(tx, name, "is named by clients still", "SELECT 1 FROM oidc_client WHERE metadata->'purposes' ? $1", [
      name,
    ]),
};

const resources: Register = {
  name: "resources",
  namePattern: /^https?:\/\/[^\s#]{1,490}$/,
  read: async (tx) => {
    const rows = await tx.query<{ resource: string }>(
      "SELECT resource, sector, scopes, client_scopes FROM resource_server ORDER BY resource",
    );
    return new Map(rows.map(({ resource, ...entry }) => [resource, entry]));
  },
  check: async (tx, { name, entry }) => [
    ...shapeFaults(name, entry, resourceEntry),
    ...(await sectorFaults(tx, name, [entry.sector])),
  ],
  write: async (tx, name, { sector, scopes, client_scopes }) => {
    await tx.query(
      `INSERT INTO resource_server (resource, sector, scopes, client_scopes) VALUES ($1, $2, $3, $4)
       ON CONFLICT (resource) DO UPDATE
       SET sector = excluded.sector, scopes = excluded.scopes, client_scopes = excluded.client_scopes`,
      [name, sector, scopes, client_scopes],
    );
  },
  checkRemoval: (tx, name) =>
    faultIfAny(tx, name, "has registered scopes still", "SELECT 1 FROM scope WHERE document->>'resource' = $1", [name]),
  remove: async (tx, name) => {
    await tx.query("DELETE FROM resource_server WHERE resource = $1", [name]);
  },
};

const receivers: Register = {
  name: "receivers",
  namePattern: /^[\x21-\x7e]{1,200}$/,
  read: async (tx) => {
    const rows = await tx.query<{ client_id: string }>(
      "SELECT client_id, kinds, delivery, status FROM event_receiver ORDER BY client_id",
    );
    return new Map(rows.map(({ client_id: name, ...entry }) => [name, entry]));
  },
  check: async (tx, { name, entry }) => {
    const [able] = await tx.query(
      "SELECT FROM oidc_client WHERE client_id = $1 AND $2 = ANY (string_to_array(metadata ->> 'client_credentials_scope', ' '))",
      [name, streamScopes.read],
    );
    const message = `is no registered client with the scope ${streamScopes.read} among its client_credentials_scope`;
    return [...shapeFaults(name, entry, receiverEntry), ...(able ? [] : [{ entry: name, field: null, message }])];
  },
  write: async (tx, name, { kinds, delivery, status }) => {
    const before = await readStream(tx, name);
    await tx.query(
      `INSERT INTO event_receiver (client_id, kinds, delivery, status) VALUES ($1, $2, $3, $4)
       ON CONFLICT (client_id)
       DO UPDATE SET kinds = excluded.kinds, delivery = excluded.delivery, status = excluded.status`,
      [name, kinds, delivery, status],
    );
    if (before) await tellOfStanding(tx, name, before.standing);
  },
  checkRemoval: removable,
  remove: async (tx, name) => {
    await tx.query("DELETE FROM event_receiver WHERE client_id = $1", [name]);
  },
};

const administrators: Register = {
  ...documentRows({ table: "administrator", key: "account_id", document: "document" }),
  name: "administrators",
  namePattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  check: async (_tx, { name, entry }) => shapeFaults(name, entry, administratorEntry),
  checkRemoval: removable,
};

export const plainRegisters: readonly Register[] = [sectors, scopes, purposes, resources, receivers, administrators];

/** Sectors that an entry names and nobody has registered. */
export async function sectorFaults(tx: Queryable, entry: string, named: unknown): Promise<Fault[]> {
  const wanted = Array.isArray(named) ? named.filter((name) => typeof name === "string") : [];
  const found = await tx.query<{ sector: string }>(
    "SELECT sector FROM sector WHERE sector = ANY($1) AND retired_at IS NULL",
    [wanted],
  );
  const known = new Set(found.map(({ sector }) => sector));
  return wanted
    .filter((name) => !known.has(name))
    .map((name) => ({ entry, field: "sector", message: `${name} is not registered: run sectors apply first` }));
}
