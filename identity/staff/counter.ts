/**
 * `POST /admin/v1/counter/recoveries`: an officer at the counter of an office, with the program of her department,
 * opens the recovery of an account whose citizen stands before her and has shown her identity card.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Database, Queryable } from "../../platform/postgres.ts";
import { type AuthoriseParts, createAuthorise } from "../admin/authorise.ts";
import { recordChange } from "../admin/changes.ts";
import type { Credentials } from "../credentials/credentials.ts";
import { isResidentId } from "../credentials/resident-id.ts";
import { counterPath } from "../recovery/counter.ts";
import { counterMinutes, losableFactors, openAtCounter } from "../recovery/open-at-counter.ts";
import { type Account, findAccountByLogin } from "../store/accounts.ts";
import { findStaff } from "./accounts.ts";

/** The role of caseworkers who may do this. */
const counterRole = "counter-officer";

export interface CounterParts extends Omit<AuthoriseParts, "app" | "database" | "fleeting"> {
  readonly database: Database;
  readonly fleeting: KeyValueStore;
  readonly credentials: Credentials;
}

const caseBody = z.strictObject({
  residentId: z.string().refine(isResidentId, "must be a resident ID number"),
  /** What she has lost besides her password. */
  lost: z.array(z.enum(losableFactors)).max(losableFactors.length),
});

export function addCounter(app: FastifyInstance, parts: CounterParts): void {
  const authorise = createAuthorise({ ...parts, app }, isOfficer);
  app.post("/admin/v1/counter/recoveries", async (request, reply) => {
    reply.header("cache-control", "no-store");
    const officer = await authorise(request, reply);
    if (officer === null) return reply;
    const { limiters } = parts.credentials;
    const admission = await limiters.admit(["counter-officer"], { account: officer.accountId });
    if (admission.allowed) return await open(parts, request, reply, officer);
    return reply.code(429).header("retry-after", admission.waitSeconds).send({ error: "throttled" });
  });
}

async function isOfficer(database: Queryable, accountId: string): Promise<boolean> {
  return (await findStaff(database, accountId))?.role === counterRole;
}

async function open(
  { database, fleeting, credentials, config: { issuer } }: CounterParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId: officerId, actor }: { readonly accountId: string; readonly actor: string },
): Promise<FastifyReply> {
  const { data: body, error } = caseBody.safeParse(request.body);
  if (!body) {
    const fields = [...new Set((error?.issues ?? []).map(({ path }) => path.join(".")))];
    return reply.code(400).send({ error: "invalid_request", error_description: `wrong: ${fields.join(", ")}` });
  }
  const account = await livingAccount(database, body.residentId);
  if (!account) return reply.code(404).send({ error: "no_account" });
  const opened = await database.transaction(async (tx) => {
    const recovery = await openAtCounter({ tx, fleeting }, { account, officerId, lost: body.lost });
    // By the recovery, not by whose it is: the record can never be erased.
    const change = { entry: recovery.recoveryId, action: "open-recovery", before: null, after: { lost: body.lost } };
    await recordChange(tx, actor, "counter", change);
    return recovery;
  });
  const cancelUrl = `${issuer}/recovery/stop?token=${opened.stopToken}`;
  credentials.background.run("counter notice", () =>
    credentials.notify(opened.account, { kind: "counterRecovery", cancelUrl }),
  );
  const { code } = opened;
  return reply.code(201).send({ code, page: `${issuer}${counterPath}`, expires_in: counterMinutes * 60 });
}

async function livingAccount(database: Database, residentId: string): Promise<Account | undefined> {
  const account = await findAccountByLogin(database, { kind: "residentId", value: residentId });
  const [dead] = await database.query("SELECT FROM citizen WHERE resident_id = $1 AND deceased_on IS NOT NULL", [
    residentId,
  ]);
  return dead ? undefined : account;
}
