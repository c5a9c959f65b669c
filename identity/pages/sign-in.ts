import { type Html, html } from "../../platform/html.ts";
import type { Language, Translate } from "../../platform/i18n.ts";
import type { LoginFault } from "../credentials/login-name.ts";
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
${summary(t, faults)}
<form method="post" action="${action}" novalidate>
<div class="field">
<label for="login">${t("signIn.login")}</label>
<p class="hint" id="login-hint">${t("signIn.loginHint")}</p>
${fieldFault("login", faults.login)}
<input id="login" name="login" type="text" dir="ltr" value="${login}" autocomplete="username" autocapitalize="characters" spellcheck="false" maxlength="64" required${described("login", faults.login, true)}${!problem && html` autofocus`}>
</div>
<div class="field">
<label for="password">${t("signIn.password")}</label>
${fieldFault("password", faults.password)}
<input id="password" name="password" type="password" dir="ltr" autocomplete="current-password" maxlength="256" required${described("password", faults.password, false)}>
</div>
<button type="submit">${t("signIn.submit")}</button>
</form>
<form method="post" action="${action}"><input type="hidden" name="action" value="cancel"><input type="submit" class="quiet" value="${t("signIn.cancel")}"></form>
<p class="hint">${t("signIn.shared")}</p>`;
  return layout(view, problem ? t("titleWithError", { title }) : title, main);
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

/** What is wrong, in one place in front of the form, linked to where it can be put right. */
function summary(t: Translate, { login, password, form }: Messages): Html | null {
  const entries = [
    form !== undefined && html`<li><a href="#login">${form}</a></li>`,
    login !== undefined && html`<li><a href="#login">${login}</a></li>`,
    password !== undefined && html`<li><a href="#password">${password}</a></li>`,
  ].filter((entry) => entry !== false);
  if (entries.length === 0) return null;
  return html`<div class="summary" role="alert" tabindex="-1" autofocus><h2>${t("signIn.problem")}</h2><ul>${entries}</ul></div>`;
}

function fieldFault(field: string, message: string | undefined): Html | null {
  return message === undefined ? null : html`<p class="fault" id="${field}-fault">${message}</p>`;
}

function described(field: string, fault: string | undefined, hasHint: boolean): Html | null {
  const ids = [hasHint && `${field}-hint`, fault !== undefined && `${field}-fault`].filter((id) => id !== false);
  if (ids.length === 0) return null;
  return html` aria-describedby="${ids.join(" ")}"${fault !== undefined && html` aria-invalid="true"`}`;
}

function duration(language: Language, seconds: number): string {
  const [amount, unit] = seconds < 60 ? ([seconds, "second"] as const) : ([Math.ceil(seconds / 60), "minute"] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(amount);
}
