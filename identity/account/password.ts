/** Her password and her printed codes. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { isByPasskey } from "../credentials/levels.ts";
import { hashPassword, isPassword } from "../credentials/password.ts";
import { type PasswordFault, passwordFault } from "../credentials/password-policy.ts";
import { newRecoveryCodes, recoveryCodeHash } from "../credentials/recovery-code.ts";
import { type CurrentFault, passwordPage } from "../pages/account-password.ts";
import { recoveryCodesPage } from "../pages/account-recovery-codes.ts";
import { lockAccount, readPersonalWords, recordCredentialChange, setPassword } from "../store/credential-changes.ts";
import { replaceRecoveryCodes } from "../store/factors.ts";
import { endAllSessions } from "./endings.ts";
import { fieldsOf, originOf } from "./page.ts";
import {
  afterChange,
  type SecurityParts,
  type SecurityVisit,
  securityAddress,
  securityRoute,
  showSecurity,
} from "./security.ts";

const passwordAddress = `${securityAddress}/password`;

export function addPassword(app: FastifyInstance, parts: SecurityParts): void {
  app.get(
    passwordAddress,
    securityRoute(parts, async (visit) => showPassword(visit)),
  );
  app.post(
    passwordAddress,
    securityRoute(parts, async (visit) => await changePassword(parts, visit)),
  );
  app.post(
    `${passwordAddress}/remove`,
    securityRoute(parts, async (visit) => await removePassword(parts, visit)),
  );
  app.post(
    `${securityAddress}/codes`,
    securityRoute(parts, async (visit) => await makeCodes(parts, visit)),
  );
}

interface Faults {
  readonly fault?: PasswordFault | null;
  readonly currentFault?: CurrentFault | null;
}

function showPassword(visit: SecurityVisit, { fault = null, currentFault = null }: Faults = {}): FastifyReply {
  const { view, visitor, reply, send } = visit;
  if (currentFault?.kind === "throttled") reply.code(429).header("retry-after", currentFault.waitSeconds);
  else reply.code(fault === null && currentFault === null ? 200 : 422);
  const asksForCurrent = mustGiveCurrent(visit);
  return send(
    passwordPage(view, visitor, { hasSecondFactor: hasSecondFactor(visit), asksForCurrent, fault, currentFault }),
  );
}

/**
 * Whether the password that she has is asked for beside the new one (OWASP ASVS 5.0, 6.2.3). Not after a sign-in with
 * a passkey, ten minutes ago at most: it proves more, and is how who forgot her password gets another.
 */
function mustGiveCurrent({ account, visitor }: SecurityVisit): boolean {
  return account.passwordHash !== null && !isByPasskey(visitor.amr);
}

/** Guesses are counted by the account, not the session. */
async function currentFaultOf(
  { credentials: { limiters } }: SecurityParts,
  visit: SecurityVisit,
  current: string,
): Promise<CurrentFault | null> {
  const { citizenId, passwordHash } = visit.account;
  if (passwordHash === null || !mustGiveCurrent(visit)) return null;
  if (current === "") return { kind: "missing" };
  const admission = await limiters.admit(["current-password"], { account: citizenId });
  if (!admission.allowed) return { kind: "throttled", waitSeconds: admission.waitSeconds };
  if (!(await isPassword(passwordHash, current))) return { kind: "wrong" };
  await limiters.forgive(["current-password"], { account: citizenId });
  return null;
}

function hasSecondFactor({ account, factors }: SecurityVisit): boolean {
  return account.smsFactor || factors.totp || factors.passkeys > 0;
}

const passwordForm = z.object({ password: z.string().max(2_000), current: z.string().max(2_000).default("") });

async function changePassword(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { database, fleeting } = parts;
  const { citizenId, sessionUid } = visit.visitor;
  const { password, current } = fieldsOf(visit, passwordForm);
  const personal = await readPersonalWords(database, citizenId);
  const fault = passwordFault(password, { hasSecondFactor: hasSecondFactor(visit), personal });
  if (fault) return showPassword(visit, { fault });
  const currentFault = await currentFaultOf(parts, visit, current);
  if (currentFault) return showPassword(visit, { currentFault });
  const passwordHash = await hashPassword(password);
  const origin = originOf(visit);
  await database.transaction(async (tx) => {
    const { account } = await lockAccount(tx, citizenId);
    await setPassword(tx, citizenId, passwordHash);
    await recordCredentialChange(tx, {
      citizenId,
      credential: "password",
      change: account.passwordHash === null ? "create" : "update",
      history: "password-changed",
      origin,
    });
    // Whoever signed in with the old one has no business here any more.
    await endAllSessions({ tx, fleeting }, citizenId, { initiator: "user", history: null, origin }, sessionUid);
  });
  return afterChange(parts, visit, "changed");
}

/** With a passkey she needs none. */
async function removePassword(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { citizenId } = visit.visitor;
  const fault = await parts.database.transaction(async (tx) => {
    const { account, factors } = await lockAccount(tx, citizenId);
    if (account.isRecovered) return "recovered";
    if (factors.passkeys === 0) return "last";
    if (account.passwordHash === null) return null;
    await setPassword(tx, citizenId, null);
    await recordCredentialChange(tx, {
      citizenId,
      credential: "password",
      change: "revoke",
      history: "password-changed",
      origin: originOf(visit),
      detail: { removed: "yes" },
    });
    return null;
  });
  return fault ? await showSecurity(parts, visit, fault) : afterChange(parts, visit, "removed");
}

/** New printed codes, shown this once. */
async function makeCodes(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { credentials, database } = parts;
  const { view, visitor, send } = visit;
  const { citizenId } = visitor;
  const codes = newRecoveryCodes();
  const isMade = await database.transaction(async (tx) => {
    const { account } = await lockAccount(tx, citizenId);
    if (account.isRecovered) return false;
    await replaceRecoveryCodes(tx, citizenId, codes.map(recoveryCodeHash));
    await recordCredentialChange(tx, {
      citizenId,
      credential: "recovery-codes",
      change: "create",
      history: "recovery-codes-made",
      origin: originOf(visit),
    });
    return true;
  });
  if (!isMade) return await showSecurity(parts, visit, "recovered");
  credentials.background.run("credential notice", () =>
    credentials.notify(visit.account, { kind: "credential", change: "changed" }),
  );
  return send(recoveryCodesPage(view, visitor, codes));
}
