/** Signing out: the session ends, and with it every grant and token that came of it. */
import type { KoaContextWithOIDC, Provider } from "oidc-provider";
import type { SubjectOf } from "./subjects.ts";

/** The part of a session that its end needs. */
interface EndingSession {
  readonly authorizations?: Readonly<Record<string, { readonly grantId?: string | undefined }>> | undefined;
  destroy(): Promise<void>;
}

/** Ends a session and revokes what its clients were granted in it. */
export async function endSession(provider: Provider, session: EndingSession): Promise<void> {
  const grants = Object.values(session.authorizations ?? {}).flatMap(({ grantId }) => grantId ?? []);
  const { AuthorizationCode, AccessToken, RefreshToken, Grant } = provider;
  for (const grantId of grants) {
    await Promise.all([AuthorizationCode, AccessToken, RefreshToken].map((model) => model.revokeByGrantId(grantId)));
    await Grant.adapter.destroy(grantId);
  }
  await session.destroy();
}

/**
 * Whether the request proves that it comes from a client of this very session: then the question whether
 * to sign out may be left out (RP-Initiated Logout 1.0, 2). The hint's signature has been verified.
 */
export function isProvenSignOut({ oidc }: KoaContextWithOIDC, subjectOf: SubjectOf): boolean {
  const { client, session } = oidc;
  const hint = oidc.entities.IdTokenHint;
  if (!client || !session?.accountId || !hint) return false;
  return session.grantIdFor(client.clientId) !== undefined && hint.payload.sub === subjectOf(session.accountId, client);
}

/** Where the browser goes when nobody is signed in any more. */
export function afterSignOut({ oidc }: KoaContextWithOIDC): string {
  const { post_logout_redirect_uri: target, state } = oidc.params ?? {};
  if (typeof target !== "string") return oidc.urlFor("end_session_success");
  const url = new URL(target);
  if (typeof state === "string") url.searchParams.set("state", state);
  return url.href;
}
