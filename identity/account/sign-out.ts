/** Signing out from the account pages themselves. */
import type { FastifyInstance } from "fastify";
import { accountPage } from "./page.ts";
import type { VisitorParts } from "./visitor.ts";

export function addSignOut(app: FastifyInstance, parts: VisitorParts): void {
  app.post(
    "/account/sign-out",
    accountPage(parts, async ({ request, reply }) => {
      const provider = parts.provider();
      const session = await provider.Session.get(provider.createContext(request.raw, reply.raw));
      await session.destroy();
      return reply.clearCookie(provider.cookieName("session"), { path: "/" }).redirect("/session/end/success", 303);
    }),
  );
}
