/**
 * `POST /events/reads`: the gateway tells that a caseworker is about to read citizens. It goes on only once that is
 * durable here, and each of them sees it in her history.
 */
import type { FastifyInstance } from "fastify";
import type { Database, Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId, SectorPseudonyms } from "../../trust/pseudonym.ts";
import { type Read, readSchema, readsPath } from "../../trust/reads.ts";
import { recordHistory } from "../history/history.ts";
import { findStaff } from "../staff/accounts.ts";
import { type GatewayCallerParts, gatewayKeys, refusalOfGateway } from "./gateway-caller.ts";

export interface ReadsParts extends GatewayCallerParts {
  readonly database: Database;
  /** The forms in which the gateway names people. */
  readonly pseudonyms: SectorPseudonyms;
}

/** Adds the address to the server. It answers 422 for whom it does not know. */
export function addReads(app: FastifyInstance, parts: ReadsParts): void {
  const keys = gatewayKeys(parts.gatewayUrl);
  app.post(readsPath, async (request, reply) => {
    reply.header("cache-control", "no-store");
    const refusal = await refusalOfGateway(request, parts, keys);
    if (refusal) return reply.code(401).header("www-authenticate", "Bearer").send({ error: "invalid_token" });
    const { data: read } = readSchema.safeParse(request.body);
    if (!read) return reply.code(400).send({ error: "invalid_request" });
    const isKept = await parts.database.transaction((tx) => keepRead(tx, read, parts.pseudonyms));
    return isKept ? reply.code(204).send() : reply.code(422).send({ error: "unknown_person" });
  });
}

/** @returns false, having kept nothing, when the caseworker is not what is said of her or a citizen is not known */
async function keepRead(tx: Queryable, read: Read, pseudonyms: SectorPseudonyms): Promise<boolean> {
  const staff = await findStaff(tx, pseudonyms.open(read.caseworker) ?? "");
  if (staff?.department !== read.department || staff.role !== read.role) return false;
  const citizenIds = [...new Set(read.citizens)].map((citizen) => pseudonyms.open(citizen));
  const known = citizenIds.filter((citizenId) => citizenId !== null);
  const living = await tx.query("SELECT FROM citizen WHERE citizen_id = ANY($1::uuid[])", [known]);
  if (living.length !== citizenIds.length) return false;
  await tx.query(
    `INSERT INTO read_by_another
       (transaction_id, citizen_id, staff_id, client_id, department, role, purpose, categories)
     SELECT $1, citizen_id, $3, $4, $5, $6, $7, $8 FROM unnest($2::uuid[]) AS citizen_id`,
    [read.transaction, known, staff.staffId, read.client, read.department, read.role, read.purpose, read.categories],
  );
  for (const citizenId of known) await tellCitizen(tx, citizenId, read);
  return true;
}

/** She hears for what and from which department; who it was stays in the record, for whom she complains to. */
async function tellCitizen(tx: Queryable, citizenId: RawCitizenId, { client, department, purpose }: Read) {
  await recordHistory(tx, {
    citizenId,
    kind: "read-by-department",
    clientId: client,
    detail: { department, purpose },
  });
}
