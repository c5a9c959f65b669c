import { html } from "../../platform/html.ts";
import type { Language } from "../../platform/i18n.ts";
import type { LoginFault } from "../credentials/login-name.ts";
import { describedBy, type FormFault, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

/** Why the citizen is asked again. */
export type SignInProblem =
  | { readonly kind: "fields"; readonly login: LoginFault | null; readonly password: "missing" | null }
  | { readonly kind: "refused" }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

/** What she typed, and what came of it. */
export interface SignInState {
  readonly login: string;
  readonly problem: SignInProblem | null;
}

/** The page that asks who she is. Its form goes to the address of the page itself. */
export function signInPage(view: View, action: string, { login, problem }: SignInState): string {
  const { t } = view;
  const faults = messagesOf(view, problem);
  const title = t("signIn.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("signIn.lead")}</p>
${faultSummary(t("signIn.problem"), faultsOf(faults))}
<form method="post" action="${action}" novalidate>
<div class="field">
<label for="login">${t("signIn.login")}</label>
<p class="hint" id="login-hint">${t("signIn.loginHint")}</p>
${fieldFault("login", faults.login)}
<input id="login" name="login" type="text" dir="ltr" value="${login}" autocomplete="username" autocapitalize="characters" spellcheck="false" maxlength="64" required${describedBy("login", faults.login, true)}${!problem && html` autofocus`}>
</div>
<div class="field">
<label for="password">${t("signIn.password")}</label>
${fieldFault("password", faults.password)}
<input id="password" name="password" type="password" dir="ltr" autocomplete="current-password" maxlength="256" required${describedBy("password", faults.password, false)}>
</div>
<button type="submit">${t("signIn.submit")}</button>
</form>
<form method="post" action="${action}"><input type="hidden" name="action" value="cancel"><input type="submit" class="quiet" value="${t("signIn.cancel")}"></form>
<p class="hint">${t("signIn.shared")}</p>`;
  return layout(view, titleWithFaults(t, title, problem !== null), main);
}

interface Messages {
  readonly login?: string;
  readonly password?: string;
  /** About the whole form. */
  readonly form?: string;
}

function messagesOf({ t, language }: View, problem: SignInProblem | null): Messages {
  switch (problem?.kind) {
    case undefined:
      return {};
    case "refused":
      return { form: t("signIn.refused") };
    case "throttled":
      return { form: t("signIn.throttled", { time: duration(language, problem.waitSeconds) }) };
    case "fields":
      return {
        ...(problem.login && { login: t(`signIn.loginFault.${problem.login}`) }),
        ...(problem.password && { password: t("signIn.passwordMissing") }),
      };
  }
}

/** Faults of the form as a whole lead to its first field. */
function faultsOf({ login, password, form }: Messages): FormFault[] {
  return [
    ...(form === undefined ? [] : [{ field: "login", message: form }]),
    ...(login === undefined ? [] : [{ field: "login", message: login }]),
    ...(password === undefined ? [] : [{ field: "password", message: password }]),
  ];
}

function duration(language: Language, seconds: number): string {
  const [amount, unit] = seconds < 60 ? ([seconds, "second"] as const) : ([Math.ceil(seconds / 60), "minute"] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(amount);
}
