/** The pages on which a caseworker registers a passkey. */
import { html } from "../../platform/html.ts";
import type { StaffAccount } from "../staff/accounts.ts";
import { duration } from "./duration.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import { passkeyForm, passkeyScripts } from "./passkey-form.ts";
import type { StaffSignInProblem } from "./staff-sign-in.ts";
import type { View } from "./view.ts";

/** Asks for the code; again when there is a problem with it. */
export function staffCodePage(view: View, action: string, problem: StaffSignInProblem | null): string {
  const { t } = view;
  const title = t("staff.enrolTitle");
  const fault = faultOf(view, problem);
  const main = html`<h1>${title}</h1>
<p class="lead">${t("staff.enrolLead")}</p>
${faultSummary(t("staff.codeProblem"), fault === undefined ? [] : [{ field: "code", message: fault }])}
<form method="post" action="${action}" novalidate><div class="field"><label for="code">${t("staff.code")}</label>
<p class="hint" id="code-hint">${t("staff.codeHint")}</p>
${fieldFault("code", fault)}
<input id="code" name="code" type="text" dir="ltr" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="100" required${describedBy("code", fault, true)}></div>
<button type="submit">${t("staff.goOn")}</button></form>`;
  return layout(view, titleWithFaults(t, title, problem !== null), main);
}

function faultOf({ t, language }: View, problem: StaffSignInProblem | null): string | undefined {
  if (problem?.kind === "throttled") return t("signIn.throttled", { time: duration(language, problem.waitSeconds) });
  return problem ? t("staff.codeFault") : undefined;
}

export interface StaffPasskeyState {
  readonly staff: StaffAccount;
  readonly code: string;
  /** Options of a passkey's making, as JSON. */
  readonly options: string;
  readonly isRefused: boolean;
}

export function staffPasskeyPage(view: View, action: string, state: StaffPasskeyState): string {
  const { t } = view;
  const { staff, code, options, isRefused } = state;
  const title = t("staff.passkeyTitle");
  const main = html`<h1>${title}</h1>
<p class="lead"><bdi>${staff.displayName}</bdi> · <bdi>${staff.department}</bdi> · <bdi>${staff.role}</bdi></p>
${isRefused && html`<div class="summary" role="alert" tabindex="-1" autofocus><h2>${t("staff.refusedTitle")}</h2><p>${t("staff.refused")}</p></div>`}
<p>${t("staff.passkeyLead")}</p>
${passkeyForm(view, { action, ceremony: "create", options, submit: t("staff.makePasskey"), fields: html`<input type="hidden" name="code" value="${code}">` })}
<noscript><p class="hint">${t("staff.needsScript")}</p></noscript>${passkeyScripts}`;
  return layout(view, titleWithFaults(t, title, isRefused), main);
}

export function staffEnrolledPage(view: View): string {
  const { t } = view;
  const title = t("staff.enrolledTitle");
  return layout(view, title, html`<h1>${title}</h1><p class="lead">${t("staff.enrolledLead")}</p>`);
}
