/** The page for who was given a code at the counter of an office. */
import { html } from "../../platform/html.ts";
import type { LoginFault } from "../credentials/login-name.ts";
import type { PasswordFault } from "../credentials/password-policy.ts";
import { duration } from "./duration.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import { newPasswordField, passwordFaults } from "./new-password.ts";
import type { View } from "./view.ts";

export type CounterFault =
  | { readonly field: "login"; readonly kind: LoginFault }
  | { readonly field: "code"; readonly kind: "wrong" }
  | { readonly field: "code"; readonly kind: "throttled"; readonly waitSeconds: number }
  | { readonly field: "password"; readonly kind: PasswordFault };

export interface CounterState {
  readonly login: string;
  /** As she typed it, where it was right and only her password would not do. */
  readonly code: string;
  readonly fault: CounterFault | null;
}

export function counterPage(view: View, { login, code, fault }: CounterState): string {
  const { t } = view;
  const title = t("recovery.counter.title");
  const password = { hasSecondFactor: false, fault: fault?.field === "password" ? fault.kind : null };
  const message = fault && messageOf(view, fault);
  const at = (field: "login" | "code") => (fault?.field === field ? (message ?? undefined) : undefined);
  const faults = fault && message ? [{ field: fault.field, message }] : passwordFaults(view, password);
  const main = html`<h1>${title}</h1>
<p class="lead">${t("recovery.counter.lead")}</p>
${faultSummary(t("recovery.problem"), faults)}
<form method="post" action="/recovery/counter" novalidate>
<div class="field"><label for="login">${t("close.residentId")}</label>${fieldFault("login", at("login"))}
<input id="login" name="login" type="text" dir="ltr" value="${login}" autocomplete="username" autocapitalize="characters" spellcheck="false" maxlength="64" required${describedBy("login", at("login"), false)}></div>
<div class="field"><label for="code">${t("recovery.counter.code")}</label>
<p class="hint" id="code-hint">${t("recovery.counter.codeHint")}</p>${fieldFault("code", at("code"))}
<input id="code" name="code" type="text" dir="ltr" value="${code}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" required${describedBy("code", at("code"), true)}></div>
${newPasswordField(view, password)}
<button type="submit">${t("newPassword.submit")}</button></form>`;
  return layout(view, titleWithFaults(t, title, fault !== null), main);
}

function messageOf({ t, language }: View, fault: CounterFault): string | null {
  if (fault.field === "password") return null;
  if (fault.field === "login") return t(`signIn.loginFault.${fault.kind}`);
  if (fault.kind === "wrong") return t("recovery.counter.wrong");
  return t("signIn.throttled", { time: duration(language, fault.waitSeconds) });
}
