/** Taking an authenticator app into the account, and out of it. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { totpUri } from "../credentials/totp.ts";
import { maskedMobile } from "../messages/sender.ts";
import { totpPage } from "../pages/account-totp.ts";
import { lockAccount, recordCredentialChange } from "../store/credential-changes.ts";
import { removeTotp, saveTotp } from "../store/factors.ts";
import { fieldsOf, originOf } from "./page.ts";
import {
  afterChange,
  type SecurityParts,
  type SecurityVisit,
  securityAddress,
  securityRoute,
  showSecurity,
} from "./security.ts";

const address = `${securityAddress}/totp`;

/** She has this long to scan the code and type the first one. */
const pendingSeconds = 10 * 60;

export function addAuthenticatorApp(app: FastifyInstance, parts: SecurityParts): void {
  app.get(
    address,
    securityRoute(parts, async (visit) => await showTotp(parts, visit, false)),
  );
  app.post(
    address,
    securityRoute(parts, async (visit) => await enrol(parts, visit)),
  );
  app.post(
    `${address}/remove`,
    securityRoute(parts, async (visit) => await remove(parts, visit)),
  );
}

/** The secret that is waiting for its first code: the same one however often the page is looked at. */
async function pendingSecret({ credentials, fleeting }: SecurityParts, { visitor }: SecurityVisit): Promise<string> {
  const key = `totp:pending:${visitor.sessionUid}`;
  await fleeting.add(key, credentials.totp.newSecret(), pendingSeconds);
  return (await fleeting.get(key)) ?? credentials.totp.newSecret();
}

async function showTotp(parts: SecurityParts, visit: SecurityVisit, wrong: boolean): Promise<FastifyReply> {
  const { visitor, view, account, reply, send } = visit;
  if (account.isRecovered) return await showSecurity(parts, visit, "recovered");
  const secret = await pendingSecret(parts, visit);
  const uri = totpUri(secret, account.mobile === null ? visitor.name : maskedMobile(account.mobile));
  reply.code(wrong ? 422 : 200);
  return send(totpPage(view, visitor, { secret, uri, wrong }));
}

const codeForm = z.object({ code: z.string().max(40).catch("") });

async function enrol(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { credentials, database, fleeting } = parts;
  const { citizenId, sessionUid } = visit.visitor;
  if (visit.account.isRecovered) return await showSecurity(parts, visit, "recovered");
  const secret = await pendingSecret(parts, visit);
  const step = credentials.totp.stepOf(secret, fieldsOf(visit, codeForm).code);
  if (step === null) return await showTotp(parts, visit, true);
  const isAdded = await database.transaction(async (tx) => {
    if ((await lockAccount(tx, citizenId)).account.isRecovered) return false;
    await saveTotp(tx, citizenId, credentials.totp.seal(citizenId, secret), step);
    await recordCredentialChange(tx, {
      citizenId,
      credential: "totp",
      change: "create",
      history: "totp-added",
      origin: originOf(visit),
    });
    return true;
  });
  await fleeting.delete(`totp:pending:${sessionUid}`);
  return isAdded ? afterChange(parts, visit, "added") : await showSecurity(parts, visit, "recovered");
}

async function remove(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { citizenId } = visit.visitor;
  const isRemoved = await parts.database.transaction(async (tx) => {
    const { account } = await lockAccount(tx, citizenId);
    if (account.isRecovered) return false;
    if (!(await removeTotp(tx, citizenId))) return true;
    await recordCredentialChange(tx, {
      citizenId,
      credential: "totp",
      change: "revoke",
      history: "totp-removed",
      origin: originOf(visit),
    });
    return true;
  });
  return isRemoved ? afterChange(parts, visit, "removed") : await showSecurity(parts, visit, "recovered");
}
