/** The account's first page, and the language that the city writes to her in. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { languages } from "../../platform/i18n.ts";
import { overviewPage } from "../pages/account-overview.ts";
import { readAccountNumbers } from "../store/accounts.ts";
import { preferLanguage } from "../store/profiles.ts";
import { accountPage, fieldsOf } from "./page.ts";
import type { VisitorParts } from "./visitor.ts";

const languageForm = z.object({ language: z.enum(languages) });
const savedQuery = z.object({ saved: z.literal("language") });

export function addOverview(app: FastifyInstance, parts: VisitorParts): void {
  app.get(
    "/account",
    accountPage(parts, async ({ visitor, view, request, send }) => {
      const numbers = await readAccountNumbers(parts.database, visitor.citizenId);
      const saved = savedQuery.safeParse(request.query).success;
      return send(overviewPage(view, visitor, { numbers, level: visitor.level, saved }));
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
