/** The pages that the OpenID provider shows by itself: errors and signing out. */
import type { ErrorOut, KoaContextWithOIDC } from "oidc-provider";
import { pageHeaders } from "../../platform/web/page-headers.ts";
import type { IdentityConfig } from "../config.ts";
import { problemOf, problemPage } from "../pages/problem.ts";
import { signedOutPage, signOutPage } from "../pages/sign-out.ts";
import { type View, viewOf } from "../pages/view.ts";
import { languageCookie } from "./cookies.ts";
import { afterSignOut, isProvenSignOut } from "./end-session.ts";
import type { SubjectOf } from "./subjects.ts";

export interface ProviderPages {
  error(context: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void>;
  /** Asks before signing out, or signs out at once where asking is pointless. */
  signOut(context: KoaContextWithOIDC): Promise<void>;
  signedOut(context: KoaContextWithOIDC): Promise<void>;
}

export function createProviderPages(
  { issuer, portalUrl }: Pick<IdentityConfig, "issuer" | "portalUrl">,
  subjectOf: SubjectOf,
): ProviderPages {
  const show = (context: KoaContextWithOIDC, page: string, formTargets: readonly string[] = []) => {
    context.set(pageHeaders(issuer, formTargets));
    context.type = "html";
    context.body = page;
  };
  return {
    error: async (context, out, error) => {
      const kind = problemOf(context.status, error);
      show(context, problemPage(viewOfContext(context), kind, portalUrl, out.error));
    },
    signOut: async (context) => {
      const { session, provider } = context.oidc;
      if (session && isProvenSignOut(context, subjectOf)) {
        await session.destroy();
        context.oidc.cookies.set(provider.cookieName("session"), null);
        return redirect(context, afterSignOut(context));
      }
      const form = {
        action: context.oidc.urlFor("end_session_confirm"),
        secret: String(session?.state?.secret),
        portalUrl,
      };
      show(context, signOutPage(viewOfContext(context), form), [afterSignOut(context)]);
    },
    signedOut: async (context) => show(context, signedOutPage(viewOfContext(context), portalUrl)),
  };
}

/** Sends the browser on with a GET, whatever it came with. */
export function redirect(context: KoaContextWithOIDC, url: string): void {
  context.redirect(url);
  context.status = 303;
}

function viewOfContext(context: KoaContextWithOIDC): View {
  return viewOf({
    method: context.method,
    url: context.url,
    cookie: context.cookies.get(languageCookie, { signed: false }),
    acceptLanguage: context.get("accept-language"),
  });
}
