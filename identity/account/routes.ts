/** Everything under /account. */
import type { FastifyInstance } from "fastify";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Database } from "../../platform/postgres.ts";
import { addApplications } from "./applications.ts";
import { addClosing } from "./close.ts";
import { addDelegations } from "./delegations.ts";
import { addExport } from "./export.ts";
import { addHistory } from "./history.ts";
import { addOverview } from "./overview.ts";
import { addSessions } from "./sessions.ts";
import { addSignOut } from "./sign-out.ts";
import { addVisitorReturn, type VisitorParts } from "./visitor.ts";

export interface AccountParts extends VisitorParts {
  readonly database: Database;
  readonly fleeting: KeyValueStore;
}

export function addAccountPages(app: FastifyInstance, parts: AccountParts): void {
  addVisitorReturn(app);
  addOverview(app, parts);
  addSignOut(app, parts);
  addSessions(app, parts);
  addApplications(app, parts);
  addHistory(app, parts);
  addDelegations(app, parts);
  addExport(app, parts);
  addClosing(app, parts);
}
