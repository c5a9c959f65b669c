/** Letting somebody act for her, or for a company that she represents. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { DelegationKind } from "../../trust/delegation.ts";
import { delegableParts } from "../../trust/delegation.ts";
import { isResidentId } from "../credentials/resident-id.ts";
import { offerDelegation } from "../delegation/delegations.ts";
import { type Giver, giverOf } from "../delegation/giver.ts";
import { type GivingFaults, type GivingFields, givingPage } from "../pages/account-give-delegation.ts";
import { readAccountNumbers } from "../store/accounts.ts";
import { accountPage, FormRefused, fieldsOf, originOf, type Visit } from "./page.ts";
import type { AccountParts } from "./routes.ts";

/** Who gives others power over her affairs has just shown who she is. */
const demand = { level: "urn:huimin:loa:2", maxAgeSeconds: 5 * 60 } as const;

/** Longest time for which a delegation is given. */
const mostYears = 3;

export function addGiving(app: FastifyInstance, parts: AccountParts): void {
  app.get(
    "/account/delegations/give",
    accountPage(parts, (visit) => show(parts, visit), demand),
  );
  app.post(
    "/account/delegations/give",
    accountPage(parts, (visit) => give(parts, visit), demand),
  );
}

const subject = z.object({ for: z.union([z.literal("self"), z.uuid()]).default("self") });
const text = z.string().trim().max(100).catch("");
const form = z.object({
  for: z.union([z.literal("self"), z.uuid()]),
  name: text,
  residentId: text.transform((value) => value.toUpperCase()),
  scopes: z.union([z.string().transform((one) => [one]), z.array(z.string())]).catch([]),
  lastDay: text,
});

async function show({ database }: AccountParts, visit: Visit) {
  const giver = await giverOf(database, visit.visitor.citizenId);
  const { for: whom } = subject.catch({ for: "self" }).parse(visit.request.query);
  const fields = { name: "", residentId: "", scopes: [], lastDay: dayIn({ years: 1 }) };
  return send(visit, giver, whom, fields, {});
}

async function give({ database }: AccountParts, visit: Visit) {
  const { visitor, reply } = visit;
  const { for: whom, ...fields } = fieldsOf(visit, form);
  const giver = await giverOf(database, visitor.citizenId);
  const kind = kindOf(giver, whom);
  const { residentId: own } = await readAccountNumbers(database, visitor.citizenId);
  const faults = faultsOf(fields, kind, own);
  if (Object.keys(faults).length > 0) return send(visit, giver, whom, fields, faults);
  const offer = {
    giver: visitor.citizenId,
    companyId: whom === "self" ? null : whom,
    holderName: fields.name,
    holderResidentId: fields.residentId,
    scopes: fields.scopes,
    lastDay: fields.lastDay,
    origin: originOf(visit),
  };
  const given = await database.transaction((tx) => offerDelegation(tx, offer));
  if (!given) return send(visit, giver, whom, fields, { name: "tooMany" });
  return reply.redirect("/account/delegations?done=offered", 303);
}

function send(visit: Visit, giver: Giver, whom: string, fields: GivingFields, faults: GivingFaults) {
  const kind = kindOf(giver, whom);
  const company = giver.companies.find(({ companyId }) => companyId === whom)?.name ?? null;
  const state = { whom, company, parts: delegableParts(kind), fields, faults, ...bounds() };
  visit.reply.code(Object.keys(faults).length > 0 ? 422 : 200);
  return visit.send(givingPage(visit.view, visit.visitor, state));
}

/** @throws FormRefused when she can give nothing of the sort; no page offers it to her */
function kindOf({ isElderly, companies }: Giver, whom: string): DelegationKind {
  if (whom === "self" && isElderly) return "elderly-parent";
  if (companies.some(({ companyId }) => companyId === whom)) return "company-representative";
  throw new FormRefused(403);
}

function faultsOf(
  { name, residentId, scopes, lastDay }: GivingFields,
  kind: DelegationKind,
  own: string,
): GivingFaults {
  const parts = delegableParts(kind);
  const { first, last } = bounds();
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(lastDay) && !Number.isNaN(Date.parse(lastDay));
  return {
    ...(name === "" && { name: "missing" as const }),
    ...(residentId === own
      ? { residentId: "own" as const }
      : !isResidentId(residentId) && { residentId: "malformed" as const }),
    ...(parts.length > 0 && scopes.length === 0 && { scopes: "missing" as const }),
    ...(scopes.some((scope) => !parts.includes(scope)) && { scopes: "missing" as const }),
    ...(!(isDay && lastDay >= first && lastDay <= last) && { lastDay: "outside" as const }),
  };
}

/** The days, by the city's calendar, between which a delegation can end. */
function bounds(): { readonly first: string; readonly last: string } {
  return { first: dayIn({}), last: dayIn({ years: mostYears }) };
}

function dayIn({ years = 0 }: { readonly years?: number }): string {
  const today = new Intl.DateTimeFormat("sv", { timeZone: "Asia/Shanghai" }).format(new Date());
  const day = new Date(`${today}T00:00:00Z`);
  day.setUTCFullYear(day.getUTCFullYear() + years);
  return day.toISOString().slice(0, 10);
}
