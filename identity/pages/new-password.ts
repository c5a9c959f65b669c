/** The field in which a password is chosen, wherever one is. */
import { type Html, html } from "../../platform/html.ts";
import { type PasswordFault, shortestAlone, shortestWithFactor } from "../credentials/password-policy.ts";
import { describedBy, type FormFault, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

export interface NewPasswordState {
  readonly hasSecondFactor: boolean;
  readonly fault: PasswordFault | null;
}

/** What is wrong with the password, for the summary in front of the form. */
export function passwordFaults(view: View, state: NewPasswordState): FormFault[] {
  const message = messageOf(view, state);
  return message === undefined ? [] : [{ field: "password", message }];
}

export function newPasswordField(view: View, state: NewPasswordState): Html {
  const { t } = view;
  const fault = messageOf(view, state);
  return html`<div class="field"><label for="password">${t("newPassword.label")}</label>
<p class="hint" id="password-hint">${t("newPassword.hint", { least: shortest(state) })}</p>
${fieldFault("password", fault)}
<input id="password" name="password" type="password" dir="ltr" autocomplete="new-password" maxlength="256" required${describedBy("password", fault, true)}></div>`;
}

/** The page of a sign-in that asks for a new password, because somebody else was at the account. */
export function demandedPasswordPage(view: View, action: string, state: NewPasswordState): string {
  const { t } = view;
  const title = t("newPassword.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("newPassword.demanded")}</p>
${faultSummary(t("newPassword.problem"), passwordFaults(view, state))}
<form method="post" action="${action}" novalidate><input type="hidden" name="action" value="new-password">
${newPasswordField(view, state)}
<button type="submit">${t("newPassword.submit")}</button></form>`;
  return layout(view, titleWithFaults(t, title, state.fault !== null), main);
}

function messageOf({ t }: View, state: NewPasswordState): string | undefined {
  return state.fault === null ? undefined : t(`newPassword.fault.${state.fault}`, { least: shortest(state) });
}

function shortest({ hasSecondFactor }: NewPasswordState): number {
  return hasSecondFactor ? shortestWithFactor : shortestAlone;
}
