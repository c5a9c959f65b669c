/**
 * `POST /events/reads`: the gateway tells that somebody is about to read citizens who is none of them. It goes on with
 * each read only once that is durable here, and each citizen sees it in her history.
 */
import type { FastifyInstance } from "fastify";
import type { Database, Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId, SectorPseudonyms } from "../../trust/pseudonym.ts";
import { longestReads, type ReadOutcome, readSchema, readsPath, readsSchema } from "../../trust/reads.ts";
import { type GatewayCallerParts, gatewayKeys, refusalOfGateway } from "./gateway-caller.ts";
import { type KnownRead, keepReads } from "./kept-reads.ts";
import { knowReaders, type OpenRead } from "./readers.ts";

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
    return reply.send({ outcomes: await takeReads(parts.database, reads) });
  });
}

/** @returns why it can not be kept instead, when that can be seen by looking at it */
function openRead(told: unknown, pseudonyms: SectorPseudonyms): OpenRead | ReadOutcome {
  const { data: read } = readSchema.safeParse(told);
  if (!read) return "invalid";
  const readerId = read.reader === "company" ? undefined : pseudonyms.open(read.person);
  const citizenIds = [...new Set(read.citizens)].map((citizen) => pseudonyms.open(citizen));
  if (readerId === null || !citizenIds.every((citizenId) => citizenId !== null)) return "unknown-person";
  return { read, readerId, citizenIds };
}

/** Keeps what is true of them with as many statements, however many they are. */
async function takeReads(database: Queryable, reads: readonly (OpenRead | ReadOutcome)[]): Promise<ReadOutcome[]> {
  const open = reads.filter((read) => typeof read === "object");
  const [knownAs, citizens] = await Promise.all([
    knowReaders(database, open),
    citizensOf(database, new Set(open.flatMap(({ citizenIds }) => citizenIds))),
  ]);
  const known = new Map<OpenRead | ReadOutcome, KnownRead>();
  for (const read of open) {
    const reader = knownAs(read);
    if (reader && read.citizenIds.every((citizenId) => citizens.has(citizenId))) known.set(read, { ...read, reader });
  }
  if (known.size > 0) await keepReads(database, [...known.values()]);
  return reads.map((read) => (typeof read === "string" ? read : known.has(read) ? "kept" : "unknown-person"));
}

async function citizensOf(
  database: Queryable,
  citizenIds: ReadonlySet<RawCitizenId>,
): Promise<ReadonlySet<RawCitizenId>> {
  const known = await database.query<{ citizen_id: RawCitizenId }>(
    "SELECT citizen_id FROM citizen WHERE citizen_id = ANY($1::uuid[])",
    [[...citizenIds]],
  );
  return new Set(known.map(({ citizen_id }) => citizen_id));
}
