/**
 * `POST /events/reads`: the gateway tells that caseworkers are about to read citizens. It goes on with each only once
 * that is durable here, and each citizen sees it in her history.
 */
import type { FastifyInstance } from "fastify";
import type { Database, Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId, SectorPseudonyms } from "../../trust/pseudonym.ts";
import { longestReads, type Read, type ReadOutcome, readSchema, readsPath, readsSchema } from "../../trust/reads.ts";
import { findStaffAccounts } from "../staff/accounts.ts";
import { type GatewayCallerParts, gatewayKeys, refusalOfGateway } from "./gateway-caller.ts";

export interface ReadsParts extends GatewayCallerParts {
  readonly database: Database;
  /** The forms in which the gateway names people. */
  readonly pseudonyms: SectorPseudonyms;
}

/** Adds the address to the server. It answers what became of each read; one that is not kept harms no other. */
export function addReads(app: FastifyInstance, parts: ReadsParts): void {
  const keys = gatewayKeys(parts.gatewayUrl);
  app.post(readsPath, { bodyLimit: longestReads }, async (request, reply) => {
    reply.header("cache-control", "no-store");
    const refusal = await refusalOfGateway(request, parts, keys);
    if (refusal) return reply.code(401).header("www-authenticate", "Bearer").send({ error: "invalid_token" });
    const { data } = readsSchema.safeParse(request.body);
    if (!data) return reply.code(400).send({ error: "invalid_request" });
    const reads = data.reads.map((read) => openRead(read, parts.pseudonyms));
    const outcomes = await keepReads(parts.database, reads);
    return reply.send({ outcomes });
  });
}

/** A read by those whom it names. */
interface OpenRead {
  readonly read: Read;
  readonly staffId: string;
  readonly citizenIds: readonly RawCitizenId[];
}

/** @returns why it can not be kept instead, when that can be seen by looking at it */
function openRead(told: unknown, pseudonyms: SectorPseudonyms): OpenRead | ReadOutcome {
  const { data: read } = readSchema.safeParse(told);
  if (!read) return "invalid";
  const staffId = pseudonyms.open(read.caseworker);
  const citizenIds = [...new Set(read.citizens)].map((citizen) => pseudonyms.open(citizen));
  if (staffId === null || !citizenIds.every((citizenId) => citizenId !== null)) return "unknown-person";
  return { read, staffId, citizenIds };
}

/** Keeps them with as many statements, however many there are; all that are kept, in one. */
async function keepReads(database: Queryable, reads: readonly (OpenRead | ReadOutcome)[]): Promise<ReadOutcome[]> {
  const open = reads.filter((read) => typeof read === "object");
  const [staff, citizens] = await Promise.all([
    findStaffAccounts(database, [...new Set(open.map(({ staffId }) => staffId))]),
    knownOf(database, new Set(open.flatMap(({ citizenIds }) => citizenIds))),
  ]);
  const isTrue = ({ read, staffId, citizenIds }: OpenRead) => {
    const account = staff.get(staffId);
    if (account?.department !== read.department || account.role !== read.role) return false;
    return citizenIds.every((citizenId) => citizens.has(citizenId));
  };
  const kept = new Set(open.filter(isTrue));
  if (kept.size > 0) await keep(database, [...kept]);
  return reads.map((read) => (typeof read === "string" ? read : kept.has(read) ? "kept" : "unknown-person"));
}

async function knownOf(database: Queryable, citizenIds: ReadonlySet<RawCitizenId>): Promise<ReadonlySet<RawCitizenId>> {
  const known = await database.query<{ citizen_id: RawCitizenId }>(
    "SELECT citizen_id FROM citizen WHERE citizen_id = ANY($1::uuid[])",
    [[...citizenIds]],
  );
  return new Set(known.map(({ citizen_id }) => citizen_id));
}

/** She hears for what and from which department; who it was stays in the record, for whom she complains to. */
async function keep(database: Queryable, reads: readonly OpenRead[]): Promise<void> {
  const rows = reads.flatMap(({ read, staffId, citizenIds }) => {
    const { transaction: transaction_id, client: client_id, department, role, purpose, categories } = read;
    const row = { transaction_id, reader_id: staffId, client_id, department, role, purpose, categories };
    return citizenIds.map((citizen_id) => ({ ...row, citizen_id }));
  });
  await database.query(
    `WITH told AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb)
         AS read(transaction_id text, citizen_id uuid, reader_id uuid, client_id text,
                 department text, role text, purpose text, categories text[])
     ), kept AS (
       INSERT INTO read_by_another
         (reader, transaction_id, citizen_id, reader_id, client_id, department, role, purpose, categories)
       SELECT 'caseworker', told.* FROM told
     )
     INSERT INTO account_history (citizen_id, kind, client_id, detail)
     SELECT citizen_id, 'read-by-department', client_id,
            jsonb_build_object('department', department, 'purpose', purpose)
     FROM told`,
    [JSON.stringify(rows)],
  );
}
