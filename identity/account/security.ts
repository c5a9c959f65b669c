/** What she signs in with, and its changes: the list, and passkeys. Asks for a sign-in of the last ten minutes. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { pageHeaders } from "../../platform/web/page-headers.ts";
import type { Credentials } from "../credentials/credentials.ts";
import { needsSecondFactor } from "../interaction/demand.ts";
import { maskedMobile } from "../messages/sender.ts";
import { type SecurityFault, securityPage } from "../pages/account-security.ts";
import { type Account, findAccount } from "../store/accounts.ts";
import { lockAccount, recordCredentialChange } from "../store/credential-changes.ts";
import { type Factors, readFactors } from "../store/factors.ts";
import { addPasskey, listPasskeys, removePasskey } from "../store/passkeys.ts";
import { findOpenRecovery } from "../store/recovery-requests.ts";
import { accountPage, fieldsOf, originOf, type Visit } from "./page.ts";
import type { AccountParts } from "./routes.ts";
import { stopRecovery } from "./stop-recovery.ts";
import { stepUp } from "./visitor.ts";

export interface SecurityParts extends AccountParts {
  readonly credentials: Credentials;
}

/** A visit by somebody who has proved all that her account can ask of her. */
export interface SecurityVisit extends Visit {
  readonly account: Account;
  readonly factors: Factors;
}

export const securityAddress = "/account/security";

/** A sign-in may be no older than this where factors are changed. */
const freshSeconds = 10 * 60;

/**
 * The handler of a security page. Who knows a password and nothing else must not bind a factor of her own to the
 * account, nor remove one that was added after she signed in.
 */
export function securityRoute(parts: SecurityParts, handle: (visit: SecurityVisit) => Promise<FastifyReply>) {
  return accountPage(
    parts,
    async (visit) => {
      const { visitor, request, reply } = visit;
      const account = await findAccount(parts.database, visitor.citizenId);
      if (!account) throw new Error("the account is gone");
      const factors = await readFactors(parts.database, visitor.citizenId);
      const canSend = parts.credentials.smsCodes !== null;
      const standing = { account, factors, amr: visitor.amr, demanded: null, canSend };
      const canProveMore = canSend && account.mobile !== null && !visitor.amr.includes("mfa");
      if (canProveMore || needsSecondFactor(standing)) return stepUp(parts.issuer, request, reply);
      return await handle({ ...visit, account, factors });
    },
    { maxAgeSeconds: freshSeconds },
  );
}

export function addSecurity(app: FastifyInstance, parts: SecurityParts): void {
  const route = (handle: (parts: SecurityParts, visit: SecurityVisit) => Promise<FastifyReply>) =>
    securityRoute(parts, (visit) => handle(parts, visit));
  app.get(securityAddress, route(showSecurity));
  app.post(`${securityAddress}/passkeys`, route(createPasskey));
  app.post(`${securityAddress}/passkeys/remove`, route(deletePasskey));
  app.post(
    `${securityAddress}/recovery/stop`,
    route(async ({ database }, visit) => {
      await stopRecovery(database, visit);
      return visit.reply.redirect(`${securityAddress}?done=stopped`, 303);
    }),
  );
}

const doneQuery = z.object({ done: z.enum(["added", "removed", "changed", "stopped"]) });

/** The list of all factors; `fault` says why a change was not made. */
export async function showSecurity(parts: SecurityParts, visit: SecurityVisit, fault: SecurityFault | null = null) {
  const { database, credentials, issuer } = parts;
  const { visitor, view, reply, request, account, factors } = visit;
  const passkeys = await listPasskeys(database, visitor.citizenId);
  const recovery = await findOpenRecovery(database, visitor.citizenId);
  const creationOptions = await credentials.passkeys.creationOptions(creationUse(visit), {
    handle: account.passkeyUser,
    label: account.mobile === null ? visitor.name : maskedMobile(account.mobile),
    existing: passkeys,
  });
  const page = securityPage(view, visitor, {
    account,
    factors,
    passkeys,
    creationOptions,
    canSend: credentials.smsCodes !== null,
    recoveryReadyAt: recovery?.readyAt ?? null,
    done: doneQuery.safeParse(request.query).data?.done ?? null,
    fault,
  });
  const headers = pageHeaders(issuer, [], "own scripts");
  return reply
    .code(fault === null ? 200 : 422)
    .headers(headers)
    .type("text/html; charset=utf-8")
    .send(page);
}

function creationUse({ visitor }: Visit): string {
  return `add passkey ${visitor.sessionUid}`;
}

const creationForm = z.object({
  name: z.string().max(200).catch(""),
  credential: z.string().max(12_000),
});
const longestName = 60;

async function createPasskey(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { credentials, database } = parts;
  const { name, credential } = fieldsOf(visit, creationForm);
  const made = await credentials.passkeys.register(creationUse(visit), credential);
  if (!made) return await showSecurity(parts, visit, "passkey");
  const { citizenId } = visit.visitor;
  const label = name.normalize("NFC").replace(/\p{C}/gu, "").trim().slice(0, longestName) || "Passkey";
  const fault = await database.transaction(async (tx): Promise<SecurityFault | null> => {
    // A key bound now would rise with the account, once it is hers again beyond doubt.
    if ((await lockAccount(tx, citizenId)).account.isRecovered) return "recovered";
    if (!(await addPasskey(tx, { ...made, citizenId, name: label }))) return "passkey";
    await recordCredentialChange(tx, {
      citizenId,
      credential: "passkey",
      change: "create",
      history: "passkey-added",
      origin: originOf(visit),
      detail: { name: label },
    });
    return null;
  });
  return fault ? await showSecurity(parts, visit, fault) : afterChange(parts, visit, "added");
}

const removalForm = z.object({ passkey: z.string().min(1).max(1_400) });

async function deletePasskey(parts: SecurityParts, visit: SecurityVisit): Promise<FastifyReply> {
  const { passkey: credentialId } = fieldsOf(visit, removalForm);
  const { citizenId } = visit.visitor;
  const fault = await parts.database.transaction(async (tx): Promise<SecurityFault | null> => {
    const { account, factors } = await lockAccount(tx, citizenId);
    if (account.isRecovered) return "recovered";
    if (account.passwordHash === null && factors.passkeys <= 1) return "last";
    const name = await removePasskey(tx, citizenId, credentialId);
    if (name === undefined) return null;
    await recordCredentialChange(tx, {
      citizenId,
      credential: "passkey",
      change: "revoke",
      history: "passkey-removed",
      origin: originOf(visit),
      detail: { name },
    });
    return null;
  });
  return fault ? await showSecurity(parts, visit, fault) : afterChange(parts, visit, "removed");
}

/** Tells her mobile of a change, and shows the list again. */
export function afterChange(
  { credentials }: SecurityParts,
  { reply, account }: SecurityVisit,
  change: "added" | "removed" | "changed",
): FastifyReply {
  credentials.background.run("credential notice", () => credentials.notify(account, { kind: "credential", change }));
  return reply.redirect(`${securityAddress}?done=${change}`, 303);
}
