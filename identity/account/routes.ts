/** Everything under /account. */
import type { FastifyInstance } from "fastify";
import { addOverview } from "./overview.ts";
import { addSignOut } from "./sign-out.ts";
import { addVisitorReturn, type VisitorParts } from "./visitor.ts";

export function addAccountPages(app: FastifyInstance, parts: VisitorParts): void {
  addVisitorReturn(app);
  addOverview(app, parts);
  addSignOut(app, parts);
}
