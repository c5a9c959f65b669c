/** Remembers where each session began: it is how a citizen knows one of her sessions from another. */
import type { KoaContextWithOIDC, Provider } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";
import { recordSessionOrigin } from "../store/sessions.ts";

/** A sign-in is over when the provider has answered the request that resumes after it. */
export function recordSessionOrigins(provider: Provider, database: Queryable): void {
  provider.use(async (context: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next();
    const { result, session } = context.oidc ?? {};
    if (!result?.login || !session?.accountId || !session.uid) return;
    await recordSessionOrigin(database, {
      uid: session.uid,
      citizenId: session.accountId,
      origin: { address: context.ip, userAgent: context.get("user-agent") },
    });
  });
}
