/** Signing out: the session ends, and with it every grant and token that came of it. */
import { type KoaContextWithOIDC, Provider, type UnknownObject } from "oidc-provider";
import { type Ending, endSession } from "../account/endings.ts";
import type { IdentityStores } from "../store/adapter.ts";
import type { SubjectOf } from "./subjects.ts";

/**
 * Makes the end of a session, also where the library ends one by itself, an ending as every other: with history,
 * events, notices to its clients, and the end of what they were granted.
 */
export function endSessionsInOnePlace(provider: Provider, { database, fleeting }: IdentityStores): void {
  provider.Session.prototype.destroy = async function destroy(this: EndingSession) {
    const ending: Ending = { initiator: "user", history: "sign-out", ...originOf(Provider.ctx) };
    await database.transaction((tx) => endSession({ tx, fleeting }, this.uid, ending));
    this.destroyed = true;
  };
}

/** The library's session; the mark keeps it from being saved once more. */
interface EndingSession {
  readonly uid: string;
  destroyed?: boolean;
}

/** Where the request came from that the provider is answering, if it is answering one. */
function originOf(context: KoaContextWithOIDC | undefined): Pick<Ending, "origin"> {
  return context ? { origin: { address: context.ip, userAgent: context.get("user-agent") } } : {};
}

/**
 * Whether the request proves that it comes from a client of this very session: then the question whether
 * to sign out may be left out (RP-Initiated Logout 1.0, 2). The hint's signature has been verified.
 */
export function isProvenSignOut({ oidc }: KoaContextWithOIDC, subjectOf: SubjectOf): boolean {
  const { client, session } = oidc;
  const hint = oidc.entities.IdTokenHint;
  if (!client || !session?.accountId || !hint) return false;
  const own = subjectOf(session.accountId, client);
  return session.grantIdFor(client.clientId) !== undefined && [hint.payload.sub, actorOf(hint.payload)].includes(own);
}

/** The person really there, of an ID token that names somebody else whom she acts for. */
export function actorOf({ act }: UnknownObject): unknown {
  return typeof act === "object" && act !== null ? Reflect.get(act, "sub") : undefined;
}

/** Where the browser goes when nobody is signed in any more. */
export function afterSignOut({ oidc }: KoaContextWithOIDC): string {
  const { post_logout_redirect_uri: target, state } = oidc.params ?? {};
  if (typeof target !== "string") return oidc.urlFor("end_session_success");
  const url = new URL(target);
  if (typeof state === "string") url.searchParams.set("state", state);
  return url.href;
}
