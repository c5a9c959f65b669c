/** The account's first page, and the language that the city writes to her in. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { languages } from "../../platform/i18n.ts";
import { overviewPage } from "../pages/account-overview.ts";
import { readAccountNumbers } from "../store/accounts.ts";
import { preferLanguage } from "../store/profiles.ts";
import { findOpenRecovery } from "../store/recovery-requests.ts";
import { accountPage, fieldsOf } from "./page.ts";
import type { AccountParts } from "./routes.ts";
import { stopRecovery } from "./stop-recovery.ts";

const languageForm = z.object({ language: z.enum(languages) });
/** What she has just done, as the address says. */
const doneQuery = z.object({
  saved: z.literal("language").optional().catch(undefined),
  stopped: z.literal("recovery").optional().catch(undefined),
});

export function addOverview(app: FastifyInstance, parts: AccountParts): void {
  app.get(
    "/account",
    accountPage(parts, async ({ visitor, view, request, send }) => {
      const numbers = await readAccountNumbers(parts.database, visitor.citizenId);
      const recovery = await findOpenRecovery(parts.database, visitor.citizenId);
      const done = doneQuery.safeParse(request.query).data ?? {};
      return send(
        overviewPage(view, visitor, {
          numbers,
          level: visitor.level,
          recoveryReadyAt: recovery?.readyAt ?? null,
          done,
        }),
      );
    }),
  );
  // Where a sign-in that interrupted a form comes back to.
  for (const form of ["language", "recovery/stop"]) {
    app.get(`/account/${form}`, async (_request, reply) => reply.redirect("/account", 303));
  }
  app.post(
    "/account/recovery/stop",
    // No fresh sign-in is asked for: to stop it gives nobody anything, and time may be short.
    accountPage(parts, async (visit) => {
      await stopRecovery(parts.database, visit);
      return visit.reply.redirect("/account?stopped=recovery", 303);
    }),
  );
  app.post(
    "/account/language",
    accountPage(parts, async (visit) => {
      const { language } = fieldsOf(visit, languageForm);
      await preferLanguage(parts.database, visit.visitor.citizenId, language);
      // `lang` makes this browser speak it from now on.
      return visit.reply.redirect(`/account?saved=language&lang=${language}`, 303);
    }),
  );
}
