/** The link in a notice: it stops the recovery, and can do nothing else. */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Database } from "../../platform/postgres.ts";
import { recordHistory } from "../history/history.ts";
import { beginStep } from "../journey/journey.ts";
import { stopPage, stoppedPage } from "../pages/recovery.ts";
import { cancelRecoveryByLink } from "../store/recovery-requests.ts";

const tokenForm = z.object({ token: z.string().regex(/^[\w-]{32}$/) });

export function addRecoveryStop(app: FastifyInstance, database: Database, issuer: string): void {
  // Looking at the page stops nothing: programs that look into messages follow links too.
  app.get("/recovery/stop", async (request, reply) => {
    const { view, send } = beginStep(request, reply, issuer);
    const { data } = tokenForm.safeParse(request.query);
    return data ? send(stopPage(view, data.token)) : send(stoppedPage(view, false), 404);
  });
  app.post("/recovery/stop", async (request, reply) => {
    const { view, send, origin } = beginStep(request, reply, issuer);
    const { data } = tokenForm.safeParse(request.body);
    const cancelHash = createHash("sha256")
      .update(data?.token ?? "")
      .digest();
    const isStopped = await database.transaction(async (tx) => {
      const citizenId = await cancelRecoveryByLink(tx, cancelHash);
      if (citizenId !== undefined) await recordHistory(tx, { citizenId, kind: "recovery-cancelled", origin });
      return citizenId !== undefined;
    });
    return send(stoppedPage(view, isStopped), isStopped ? 200 : 404);
  });
}
