/** Closing an account: whoever does it has just signed in, and says twice that she means it. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { pageHeaders } from "../../platform/web/page-headers.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { recordHistory } from "../history/history.ts";
import { pageRequestOf } from "../interaction/turn.ts";
import { type CloseFaults, closedPage, closePage } from "../pages/account-close.ts";
import { viewOf } from "../pages/view.ts";
import { readAccountNumbers, removeAccount } from "../store/accounts.ts";
import { endAllSessions, revokeAllGrants } from "./endings.ts";
import { accountPage, fieldsOf, originOf, type Visit } from "./page.ts";
import type { AccountParts } from "./routes.ts";

const freshSignIn = { maxAgeSeconds: 600 } as const;
const closeForm = z.object({ residentId: z.string().max(64).catch(""), understood: z.string().optional() });

export function addClosing(app: FastifyInstance, parts: AccountParts): void {
  app.get(
    "/account/close",
    accountPage(parts, ({ visitor, view, send }) => send(closePage(view, visitor, {})), freshSignIn),
  );
  app.post(
    "/account/close",
    accountPage(parts, (visit) => close(parts, visit), freshSignIn),
  );
  // Nobody is signed in any more.
  app.get("/account/closed", async (request, reply) =>
    reply
      .headers(pageHeaders(parts.issuer))
      .type("text/html; charset=utf-8")
      .send(closedPage(viewOf(pageRequestOf(request)))),
  );
}

async function close(parts: AccountParts, visit: Visit) {
  const { visitor, view, reply, send } = visit;
  const { residentId, understood } = fieldsOf(visit, closeForm);
  const numbers = await readAccountNumbers(parts.database, visitor.citizenId);
  const faults: CloseFaults = {
    ...(residentId.replace(/\s/g, "").toUpperCase() !== numbers.residentId && { residentId: true }),
    ...(understood !== "yes" && { understood: true }),
  };
  if (faults.residentId || faults.understood) {
    reply.code(422);
    return send(closePage(view, visitor, faults));
  }
  await closeAccount(parts, visit);
  const cookie = parts.provider().cookieName("session");
  return reply.clearCookie(cookie, { path: "/" }).redirect("/account/closed", 303);
}

async function closeAccount({ database, fleeting }: AccountParts, visit: Visit): Promise<void> {
  const { citizenId } = visit.visitor;
  const origin = originOf(visit);
  await database.transaction(async (tx) => {
    const quietly = { initiator: "user", history: null } as const;
    await emitSecurityEvent(tx, { accountId: citizenId, kind: "account-purged" });
    await endAllSessions({ tx, fleeting }, citizenId, quietly);
    await revokeAllGrants({ tx, fleeting }, citizenId, quietly);
    await recordHistory(tx, { citizenId, kind: "account-closed", origin });
    await removeAccount(tx, citizenId);
  });
}
