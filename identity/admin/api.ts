/** The admin API: the registers over HTTP, for administrators (`authorise.ts`). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Database, Queryable } from "../../platform/postgres.ts";
import type { IdentityConfig } from "../config.ts";
import { keyChangeSteps, stepKeyChange } from "../sectors/key-change.ts";
import { type AuthoriseParts, createAuthorise } from "./authorise.ts";
import { applyWish, type ChangeOptions, type Wish } from "./changes.ts";
import { openRegisters, waitsOfKeyChanges } from "./open-registers.ts";
import { AdminRefused, type Entry, type Register, type RegisterName, registerNames } from "./register.ts";
import { readRecord } from "./report.ts";

export interface AdminApiParts extends Omit<AuthoriseParts, "app" | "config"> {
  readonly config: IdentityConfig;
  readonly database: Database;
}

const base = "/admin/v1";
const registerParams = z.object({ register: z.enum(registerNames) });
const entryParams = registerParams.extend({ name: z.string().min(1).max(500) });
const stepParams = z.object({ name: z.string(), step: z.enum(keyChangeSteps) });
const options = z.object({ dryRun: z.enum(["true", "false"]).default("false") });
const entryBody = z.record(z.string(), z.unknown());

/** What a handler knows of its request. */
interface Administration {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly change: ChangeOptions;
}

/** Adds `/admin/v1/…`. Clients are checked on a provider of their own, which comes into being with the first request. */
export function addAdminApi(app: FastifyInstance, parts: AdminApiParts): void {
  const { database, config, sectors } = parts;
  const authorise = createAuthorise({ ...parts, app }, isAdministrator);
  let registers: Promise<Readonly<Record<RegisterName, Register>>> | undefined;
  const registerOf = async (name: RegisterName) => {
    registers ??= openRegisters(config, database);
    return (await registers)[name];
  };
  const administered = (handle: (administration: Administration) => Promise<unknown>) => {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header("cache-control", "no-store");
      const administrator = await authorise(request, reply);
      if (administrator === null) return reply;
      const { actor } = administrator;
      return await answer(reply, async () => {
        const { dryRun } = options.parse(request.query);
        return await handle({ request, reply, change: { actor, dryRun: dryRun === "true" } });
      });
    };
  };
  const apply = async (register: RegisterName, wish: Wish, change: ChangeOptions) => {
    const changes = await applyWish(database, await registerOf(register), wish, change);
    if (register === "sectors" && !change.dryRun) await sectors.reload();
    return { dryRun: change.dryRun, changes };
  };

  app.get(
    `${base}/changes`,
    administered(async () => ({ changes: await readRecord(database) })),
  );
  app.get(
    `${base}/:register`,
    administered(async ({ request }) => {
      const { register } = registerParams.parse(request.params);
      return { entries: Object.fromEntries(await (await registerOf(register)).read(database)) };
    }),
  );
  app.get(
    `${base}/:register/:name`,
    administered(async ({ request, reply }) => {
      const { register, name } = entryParams.parse(request.params);
      const entry = (await (await registerOf(register)).read(database)).get(name);
      return entry ?? reply.code(404).send({ error: "not_found" });
    }),
  );
  app.put(
    `${base}/:register/:name`,
    administered(async ({ request, change }) => {
      const { register, name } = entryParams.parse(request.params);
      const entries = new Map<string, Entry>([[name, entryBody.parse(request.body)]]);
      return await apply(register, { entries, removed: [] }, change);
    }),
  );
  app.delete(
    `${base}/:register/:name`,
    administered(async ({ request, change }) => {
      const { register, name } = entryParams.parse(request.params);
      return await apply(register, { entries: new Map(), removed: [name] }, change);
    }),
  );
  app.post(
    `${base}/sectors/:name/key-change/:step`,
    administered(async ({ request, change }) => {
      const { name, step } = stepParams.parse(request.params);
      const report = await stepKeyChange(database, name, step, waitsOfKeyChanges, change);
      await sectors.reload();
      return { dryRun: change.dryRun, ...report };
    }),
  );
}

async function isAdministrator(database: Queryable, accountId: string): Promise<boolean> {
  const [found] = await database.query("SELECT 1 FROM administrator WHERE account_id = $1", [accountId]);
  return found !== undefined;
}

/** Faults of the one who asks are told; all others are the server's to mask. */
async function answer(reply: FastifyReply, work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AdminRefused) return reply.code(400).send({ error: "refused", faults: error.faults });
    if (!(error instanceof z.ZodError)) throw error;
    const description = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
    return reply.code(400).send({ error: "invalid_request", error_description: description });
  }
}
