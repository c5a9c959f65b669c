/** The sign-in page of caseworkers. */
import { html } from "../../platform/html.ts";
import { duration } from "./duration.ts";
import { titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import { passkeyForm, passkeyScripts } from "./passkey-form.ts";
import type { View } from "./view.ts";

/** Why the caseworker is asked again. */
export type StaffSignInProblem =
  | { readonly kind: "refused" }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

export interface StaffSignInState {
  /** Options of a passkey's use, as JSON. */
  readonly options: string;
  readonly problem: StaffSignInProblem | null;
}

export function staffSignInPage(view: View, action: string, { options, problem }: StaffSignInState): string {
  const { t, language } = view;
  const title = t("staff.signInTitle");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("staff.signInLead")}</p>
${problem && html`<div class="summary" role="alert" tabindex="-1" autofocus><h2>${t("staff.refusedTitle")}</h2><p>${problem.kind === "throttled" ? t("signIn.throttled", { time: duration(language, problem.waitSeconds) }) : t("staff.refused")}</p></div>`}
${passkeyForm(view, { action, ceremony: "get", options, submit: t("staff.signIn"), fields: html`<input type="hidden" name="action" value="passkey">` })}
<noscript><p class="hint">${t("staff.needsScript")}</p></noscript>
<form method="post" action="${action}"><input type="hidden" name="action" value="cancel"><input type="submit" class="quiet" value="${t("signIn.cancel")}"></form>
<p class="hint">${t("staff.citizens")}</p>${passkeyScripts}`;
  return layout(view, titleWithFaults(t, title, problem !== null), main);
}
