/** The pages that the OpenID provider shows by itself: errors, signing out, and connecting a device. */
import type { ErrorOut, KoaContextWithOIDC } from "oidc-provider";
import type { IdentityConfig } from "../config.ts";
import { createDevicePages, type DevicePages } from "../device/pages.ts";
import { problemOf, problemPage } from "../pages/problem.ts";
import { signedOutPage, signOutPage } from "../pages/sign-out.ts";
import { afterSignOut, isProvenSignOut } from "./end-session.ts";
import { createShowPage, viewOfContext } from "./page.ts";
import type { SubjectOf } from "./subjects.ts";

export interface ProviderPages {
  error(context: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void>;
  /** Asks before signing out, or signs out at once where asking is pointless. */
  signOut(context: KoaContextWithOIDC): Promise<void>;
  signedOut(context: KoaContextWithOIDC): Promise<void>;
  readonly device: DevicePages;
}

export function createProviderPages(
  { issuer, portalUrl }: Pick<IdentityConfig, "issuer" | "portalUrl">,
  subjectOf: SubjectOf,
): ProviderPages {
  const show = createShowPage(issuer);
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
    device: createDevicePages(show, portalUrl),
  };
}

/** Sends the browser on with a GET, whatever it came with. */
export function redirect(context: KoaContextWithOIDC, url: string): void {
  context.redirect(url);
  context.status = 303;
}
