/** Remembers where each session began, and announces it: it is how a citizen knows one of her sessions from another. */
import type { KoaContextWithOIDC, Provider, Session } from "oidc-provider";
import type { Database } from "../../platform/postgres.ts";
import { assuranceLevels } from "../../trust/assurance.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { recordSessionOrigin } from "../store/sessions.ts";

/** A sign-in is over when the provider has answered the request that resumes after it. */
export function recordSessionOrigins(provider: Provider, database: Database): void {
  const isNew = watchSignIns(provider);
  provider.use(async (context: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next();
    const { session } = context.oidc ?? {};
    if (!session?.accountId || !session.uid || !isNew(session)) return;
    const { uid, accountId, acr = assuranceLevels[0] } = session;
    await database.transaction(async (tx) => {
      const origin = { address: context.ip, userAgent: context.get("user-agent") };
      await recordSessionOrigin(tx, { uid, citizenId: accountId, origin });
      await emitSecurityEvent(tx, { accountId, kind: "session-established", sessionId: uid, acr });
    });
  });
}

/** The library signs her in whenever her request resumes, also after a page that asked for something else. */
function watchSignIns({ Session }: Provider): (session: Session) => boolean {
  const signedIn = new WeakSet<Session>();
  const { loginAccount } = Session.prototype;
  Session.prototype.loginAccount = function note(details) {
    if (this.accountId !== details.accountId || this.loginTs !== details.loginTs) signedIn.add(this);
    loginAccount.call(this, details);
  };
  return (session) => signedIn.has(session);
}
