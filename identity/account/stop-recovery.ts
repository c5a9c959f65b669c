/** Stopping a recovery from one of the account's pages. */
import type { Database } from "../../platform/postgres.ts";
import { recordHistory } from "../history/history.ts";
import { cancelRecovery } from "../store/recovery-requests.ts";
import { originOf, type Visit } from "./page.ts";

/** Stops whatever recovery of the visitor's account is under way. */
export async function stopRecovery(database: Database, visit: Visit): Promise<void> {
  const { citizenId } = visit.visitor;
  await database.transaction(async (tx) => {
    if (!(await cancelRecovery(tx, citizenId))) return;
    await recordHistory(tx, { citizenId, kind: "recovery-cancelled", origin: originOf(visit) });
  });
}
