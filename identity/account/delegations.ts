/** Acting for others, at her account: for whom she may, who may for her, offers, and their end. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { delegationKinds } from "../../trust/delegation.ts";
import { partiesOf, recordForBoth } from "../delegation/acting-record.ts";
import { guardiansOf, rightsOf } from "../delegation/acting-right.ts";
import {
  acceptDelegation,
  type ChangedDelegation,
  delegationsGivenBy,
  delegationsHeldBy,
  revokeDelegation,
} from "../delegation/delegations.ts";
import { endActing } from "../delegation/ended-rights.ts";
import { giverOf } from "../delegation/giver.ts";
import { recordHistory } from "../history/history.ts";
import { delegationsPage } from "../pages/account-delegations.ts";
import { addGiving } from "./give-delegation.ts";
import { accountPage, fieldsOf, originOf, type Visit } from "./page.ts";
import type { AccountParts } from "./routes.ts";

const doneQuery = z.object({ done: z.enum(["offered", "accepted", "ended", "gone"]) });
const delegationForm = z.object({ delegation: z.uuid() });

export function addDelegations(app: FastifyInstance, parts: AccountParts): void {
  app.get(
    "/account/delegations",
    accountPage(parts, (visit) => showDelegations(parts, visit)),
  );
  // A password alone, which may be known to others, takes nothing upon her.
  app.post(
    "/account/delegations/accept",
    accountPage(parts, (visit) => accept(parts, visit), { level: "urn:huimin:loa:2" }),
  );
  app.post(
    "/account/delegations/end",
    accountPage(parts, (visit) => end(parts, visit)),
  );
  addGiving(app, parts);
}

async function showDelegations({ database }: AccountParts, { visitor, view, request, send }: Visit) {
  const { citizenId } = visitor;
  const [mine, held, given, guardians, giver] = await Promise.all([
    rightsOf(database, citizenId, delegationKinds),
    delegationsHeldBy(database, citizenId),
    delegationsGivenBy(database, citizenId),
    guardiansOf(database, citizenId),
    giverOf(database, citizenId),
  ]);
  const done = doneQuery.safeParse(request.query).data?.done ?? null;
  const offers = held.filter(({ accepted }) => !accepted);
  return send(delegationsPage(view, visitor, { mine, offers, given, guardians, giver, done }));
}

async function accept({ database }: AccountParts, visit: Visit) {
  const { delegation } = fieldsOf(visit, delegationForm);
  const accepted = await database.transaction(async (tx) => {
    const found = await acceptDelegation(tx, visit.visitor.citizenId, delegation);
    if (!found) return false;
    const parties = await partiesOf(tx, { ...found, actor: visit.visitor.citizenId });
    const kind = "delegation-accepted";
    await recordForBoth(tx, parties, { own: kind, other: kind, origin: originOf(visit) });
    return true;
  });
  return visit.reply.redirect(`/account/delegations?done=${accepted ? "accepted" : "gone"}`, 303);
}

async function end({ database, fleeting }: AccountParts, visit: Visit) {
  const { delegation } = fieldsOf(visit, delegationForm);
  const ended = await database.transaction(async (tx) => {
    const found = await revokeDelegation(tx, visit.visitor.citizenId, delegation);
    if (!found) return false;
    await endActing({ tx, fleeting }, delegation, "user");
    await recordRevocation(tx, visit, found);
    return true;
  });
  return visit.reply.redirect(`/account/delegations?done=${ended ? "ended" : "gone"}`, 303);
}

/** An offer to somebody whom the register does not know has one side only. */
async function recordRevocation(tx: Parameters<typeof recordHistory>[0], visit: Visit, ended: ChangedDelegation) {
  const origin = originOf(visit);
  const { citizenId } = visit.visitor;
  const kind = "delegation-revoked";
  if (ended.holder === null) {
    const detail = { name: ended.holderName, basis: ended.kind };
    return await recordHistory(tx, { citizenId, kind, origin, detail });
  }
  const parties = await partiesOf(tx, { ...ended, actor: ended.holder });
  await recordForBoth(tx, parties, {
    own: kind,
    other: kind,
    origin,
    by: citizenId === ended.holder ? "actor" : "other",
  });
}
