import { html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout, formField } from "./account-layout.ts";
import { faultSummary, titleWithFaults } from "./form.ts";
import { type NewPasswordState, newPasswordField, passwordFaults } from "./new-password.ts";
import type { View } from "./view.ts";

/** The page on which she changes her password. */
export function passwordPage(view: View, visitor: Visitor, state: NewPasswordState): string {
  const { t } = view;
  const title = t("newPassword.title");
  const main = html`<h1>${title}</h1>
${faultSummary(t("newPassword.problem"), passwordFaults(view, state))}
<section class="panel"><form method="post" action="/account/security/password" novalidate>${formField(visitor)}
${newPasswordField(view, state)}
<p class="hint">${t("newPassword.others")}</p>
<button type="submit">${t("newPassword.submit")}</button></form></section>`;
  return accountLayout(
    view,
    { current: "security", title: titleWithFaults(t, title, state.fault !== null), visitor },
    main,
  );
}
