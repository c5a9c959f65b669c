/** Her history, page by page, and what follows when she says that something was not she. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Queryable } from "../../platform/postgres.ts";
import { recordHistory } from "../history/history.ts";
import { findPastEntry, type PastEntry, readHistory } from "../history/read-history.ts";
import { historyPage, notMePage } from "../pages/account-history.ts";
import { demandNewCredentials, findAccount } from "../store/accounts.ts";
import { forgetAllConsents } from "../store/consents.ts";
import { readFactors } from "../store/factors.ts";
import { forgetDevices } from "../store/known-devices.ts";
import { namedClients } from "./clients.ts";
import { type Ending, endAllSessions, revokeAllGrants } from "./endings.ts";
import { isObjectionable } from "./objectionable.ts";
import { accountPage, fieldsOf, originOf, type Visit } from "./page.ts";
import type { AccountParts } from "./routes.ts";

const entryNumber = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);
const pageQuery = z.object({ before: entryNumber.nullable().catch(null) });
const reportedQuery = z.object({ reported: z.literal("yes") });
const entryForm = z.object({ entry: entryNumber });

export function addHistory(app: FastifyInstance, parts: AccountParts): void {
  app.get(
    "/account/history",
    accountPage(parts, (visit) => showHistory(parts, visit)),
  );
  app.get(
    "/account/history/not-me",
    accountPage(parts, (visit) => askNotMe(parts, visit)),
  );
  app.post(
    "/account/history/not-me",
    accountPage(parts, (visit) => reportNotMe(parts, visit)),
  );
}

async function showHistory(parts: AccountParts, { visitor, view, request, send }: Visit) {
  const { before } = pageQuery.parse(request.query);
  const { entries, next } = await readHistory(parts.database, visitor.citizenId, before);
  const clients = await clientsOf(parts, view, entries);
  const reported = reportedQuery.safeParse(request.query).success;
  return send(historyPage(view, visitor, { entries, clients, next, isFirstPage: before === null, reported }));
}

async function clientsOf({ provider }: AccountParts, view: Visit["view"], entries: readonly PastEntry[]) {
  return await namedClients(provider(), new Set(entries.flatMap(({ clientId }) => clientId ?? [])), view);
}

async function askNotMe(parts: AccountParts, { visitor, view, request, reply, send }: Visit) {
  const asked = entryForm.safeParse(request.query).data;
  const entry = asked && (await findPastEntry(parts.database, visitor.citizenId, asked.entry));
  if (!entry || !isObjectionable(entry) || entry.reported) return reply.redirect("/account/history", 303);
  const clients = await clientsOf(parts, view, [entry]);
  const account = await findAccount(parts.database, visitor.citizenId);
  const { passkeys } = await readFactors(parts.database, visitor.citizenId);
  const has = { password: account?.passwordHash !== null, passkeys: passkeys > 0 };
  return send(notMePage(view, visitor, { entry, clients, has }));
}

/**
 * Ends every session and everything that clients were granted, this browser's own last: whoever is at the account
 * has to prove anew that it is hers, and nothing goes on before she has chosen a new password and named her passkeys.
 */
async function reportNotMe(parts: AccountParts, visit: Visit) {
  const { visitor, reply } = visit;
  const { entry: entryId } = fieldsOf(visit, entryForm);
  const entry = await findPastEntry(parts.database, visitor.citizenId, entryId);
  if (entry && isObjectionable(entry)) {
    await parts.database.transaction((tx) => secureAccount(tx, parts, visit, entry));
  }
  return reply.redirect("/account/history?reported=yes", 303);
}

async function secureAccount(tx: Queryable, { fleeting }: AccountParts, visit: Visit, entry: PastEntry): Promise<void> {
  const { citizenId } = visit.visitor;
  const ending: Ending = { initiator: "user", history: "session-ended", origin: originOf(visit) };
  await recordHistory(tx, {
    citizenId,
    kind: "not-me-reported",
    origin: originOf(visit),
    detail: { entry: String(entry.entryId) },
  });
  await endAllSessions({ tx, fleeting }, citizenId, ending);
  await revokeAllGrants({ tx, fleeting }, citizenId, { ...ending, history: null });
  await forgetAllConsents(tx, citizenId);
  await forgetDevices(tx, citizenId);
  await demandNewCredentials(tx, citizenId);
}
