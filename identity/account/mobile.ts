/** Her mobile: another number, proved by a code, and whether a code is asked for after the password. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { readLoginName } from "../credentials/login-name.ts";
import { maskedMobile } from "../messages/sender.ts";
import { type MobileFault, mobilePage } from "../pages/account-mobile.ts";
import { lockAccount, recordCredentialChange, setMobile, setSmsFactor } from "../store/credential-changes.ts";
import { fieldsOf, originOf } from "./page.ts";
import {
  afterChange,
  type SecurityParts,
  type SecurityVisit,
  securityAddress,
  securityRoute,
  showSecurity,
} from "./security.ts";

const address = `${securityAddress}/mobile`;
const pendingSeconds = 10 * 60;

export function addMobile(app: FastifyInstance, parts: SecurityParts): void {
  const { smsCodes } = parts.credentials;
  if (!smsCodes) return;
  app.get(
    address,
    securityRoute(parts, async (visit) => await showMobile(parts, visit, null)),
  );
  app.post(
    address,
    securityRoute(parts, async (visit) => await sendCode(parts, visit)),
  );
  app.post(
    `${address}/confirm`,
    securityRoute(parts, async (visit) => await confirm(parts, visit)),
  );
  app.post(
    `${securityAddress}/sms`,
    securityRoute(parts, async (visit) => await switchSms(parts, visit)),
  );
}

const pendingKey = ({ visitor }: SecurityVisit) => `mobile:pending:${visitor.sessionUid}`;
const useOf = ({ visitor }: SecurityVisit, mobile: string) => `mobile ${visitor.citizenId} ${mobile}`;

async function showMobile({ fleeting }: SecurityParts, visit: SecurityVisit, fault: MobileFault | null) {
  const { view, visitor, reply, send } = visit;
  const pending = await fleeting.get(pendingKey(visit));
  if (fault?.kind === "throttled") reply.header("retry-after", fault.waitSeconds);
  reply.code(fault === null ? 200 : fault.kind === "throttled" ? 429 : 422);
  return send(mobilePage(view, visitor, { pending: pending === null ? null : maskedMobile(pending), fault }));
}

const mobileForm = z.object({ mobile: z.string().max(100).catch("") });

async function sendCode(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { credentials, fleeting } = parts;
  if (visit.account.isRecovered) return await showSecurity(parts, visit, "recovered");
  const name = readLoginName(fieldsOf(visit, mobileForm).mobile);
  if (typeof name === "string" || name.kind !== "mobile") return await showMobile(parts, visit, { kind: "malformed" });
  const sending = await credentials.smsCodes?.send({
    use: useOf(visit, name.value),
    account: visit.visitor.citizenId,
    mobile: name.value,
    address: visit.request.ip,
    language: visit.view.language,
  });
  if (sending && !sending.sent) {
    return await showMobile(parts, visit, { kind: "throttled", waitSeconds: sending.waitSeconds });
  }
  await fleeting.set(pendingKey(visit), name.value, pendingSeconds);
  return visit.reply.redirect(address, 303);
}

const codeForm = z.object({ code: z.string().max(40).catch("") });

async function confirm(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { credentials, database, fleeting } = parts;
  const { citizenId } = visit.visitor;
  const mobile = await fleeting.get(pendingKey(visit));
  const { code } = fieldsOf(visit, codeForm);
  if (mobile === null || !(await credentials.smsCodes?.verify(useOf(visit, mobile), code))) {
    return await showMobile(parts, visit, { kind: "wrong" });
  }
  await fleeting.delete(pendingKey(visit));
  const isChanged = await database.transaction(async (tx) => {
    const { account } = await lockAccount(tx, citizenId);
    if (account.isRecovered || !(await setMobile(tx, citizenId, mobile))) return false;
    await recordCredentialChange(tx, {
      citizenId,
      credential: "mobile",
      change: account.mobile === null ? "create" : "update",
      history: "mobile-added",
      origin: originOf(visit),
      detail: { mobile: maskedMobile(mobile) },
    });
    return true;
  });
  // She has proved the number; that it is another account's is hers to hear, and no more than that.
  if (!isChanged) return await showMobile(parts, visit, { kind: "taken" });
  // The number from before hears of it too.
  return afterChange(parts, visit, "changed");
}

const switchForm = z.object({ sms: z.enum(["on", "off"]) });

async function switchSms(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { citizenId } = visit.visitor;
  const isOn = fieldsOf(visit, switchForm).sms === "on";
  const isDone = await parts.database.transaction(async (tx) => {
    const { account } = await lockAccount(tx, citizenId);
    if (account.isRecovered || account.mobile === null) return false;
    if (account.smsFactor === isOn) return true;
    await setSmsFactor(tx, citizenId, isOn);
    await recordCredentialChange(tx, {
      citizenId,
      credential: "mobile",
      change: isOn ? "create" : "revoke",
      history: isOn ? "mobile-added" : "mobile-removed",
      origin: originOf(visit),
      detail: { use: "second-factor" },
    });
    return true;
  });
  return isDone ? afterChange(parts, visit, isOn ? "added" : "removed") : await showSecurity(parts, visit, "recovered");
}
