import { type Html, html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout, formField } from "./account-layout.ts";
import { duration } from "./duration.ts";
import { describedBy, type FormFault, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { type NewPasswordState, newPasswordField, passwordFaults } from "./new-password.ts";
import type { View } from "./view.ts";

/** What is wrong with the current password that she gave. */
export type CurrentFault =
  | { readonly kind: "missing" | "wrong" }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

export interface PasswordState extends NewPasswordState {
  readonly asksForCurrent: boolean;
  readonly currentFault: CurrentFault | null;
}

/** The page on which she changes her password. */
export function passwordPage(view: View, visitor: Visitor, state: PasswordState): string {
  const { t } = view;
  const title = t("newPassword.title");
  const faults = [...currentFaults(view, state), ...passwordFaults(view, state)];
  const main = html`<h1>${title}</h1>
${faultSummary(t("newPassword.problem"), faults)}
<section class="panel"><form method="post" action="/account/security/password" novalidate>${formField(visitor)}
${state.asksForCurrent && currentField(view, state)}
${newPasswordField(view, state)}
<p class="hint">${t("newPassword.others")}</p>
<button type="submit">${t("newPassword.submit")}</button></form></section>`;
  return accountLayout(
    view,
    { current: "security", title: titleWithFaults(t, title, faults.length > 0), visitor },
    main,
  );
}

function currentField(view: View, state: PasswordState): Html {
  const [fault] = currentFaults(view, state);
  return html`<div class="field"><label for="current">${view.t("newPassword.current")}</label>
${fieldFault("current", fault?.message)}
<input id="current" name="current" type="password" dir="ltr" autocomplete="current-password" maxlength="256" required${describedBy("current", fault?.message, false)}></div>`;
}

function currentFaults({ t, language }: View, { currentFault: fault }: PasswordState): FormFault[] {
  if (fault === null) return [];
  const message =
    fault.kind === "throttled"
      ? t("signIn.throttled", { time: duration(language, fault.waitSeconds) })
      : t(`newPassword.currentFault.${fault.kind}`);
  return [{ field: "current", message }];
}
