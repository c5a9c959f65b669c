import { html } from "../../platform/html.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

/** What the confirming form sends, and where she goes when she stays. */
export interface SignOutForm {
  readonly action: string;
  readonly secret: string;
  readonly portalUrl: string;
}

/** Asks before the session ends, for a request that may come from anybody. */
export function signOutPage(view: View, { action, secret, portalUrl }: SignOutForm): string {
  const { t } = view;
  const main = html`<h1>${t("signOut.title")}</h1>
<p class="lead">${t("signOut.lead")}</p>
<form method="post" action="${action}"><input type="hidden" name="xsrf" value="${secret}"><input type="hidden" name="logout" value="yes">
<button type="submit">${t("signOut.submit")}</button></form>
<p><a class="quiet" href="${portalUrl}">${t("signOut.stay")}</a></p>`;
  return layout(view, t("signOut.title"), main);
}

/** Says that the session has ended, to somebody whose client named no place to go back to. */
export function signedOutPage(view: View, portalUrl: string): string {
  const { t } = view;
  const main = html`<h1>${t("signedOut.title")}</h1>
<p class="lead">${t("signedOut.lead")}</p>
<p><a class="button" href="${portalUrl}">${t("toPortal")}</a></p>`;
  return layout(view, t("signedOut.title"), main);
}
