import { html } from "../../platform/html.ts";
import type { LoginFault } from "../credentials/login-name.ts";
import { duration } from "./duration.ts";
import { describedBy, type FormFault, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import { passkeyForm, passkeyScripts } from "./passkey-form.ts";
import type { View } from "./view.ts";

/** Why the citizen is asked again. */
export type SignInProblem =
  | { readonly kind: "fields"; readonly login: LoginFault | null; readonly password: "missing" | null }
  | { readonly kind: "refused" }
  | { readonly kind: "passkey" | "staffPasskey" }
  | { readonly kind: "expired" }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

/** What she typed, and what came of it. */
export interface SignInState {
  readonly login: string;
  readonly problem: SignInProblem | null;
  /** Options of a passkey's use, as JSON. */
  readonly passkeyOptions: string;
  readonly canRegister: boolean;
  /** From where she comes back to this sign-in after a registration or a recovery. */
  readonly interaction: string;
}

/** The page that asks who she is. Its forms go to the address of the page itself. */
export function signInPage(view: View, action: string, state: SignInState): string {
  const { t } = view;
  const { login, problem } = state;
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
<input id="login" name="login" type="text" dir="ltr" value="${login}" autocomplete="username webauthn" autocapitalize="characters" spellcheck="false" maxlength="64" required${describedBy("login", faults.login, true)}${!problem && html` autofocus`}>
</div>
<div class="field">
<label for="password">${t("signIn.password")}</label>
${fieldFault("password", faults.password)}
<input id="password" name="password" type="password" dir="ltr" autocomplete="current-password" maxlength="256" required${describedBy("password", faults.password, false)}>
</div>
<button type="submit">${t("signIn.submit")}</button>
</form>
${passkeyForm(view, {
  action,
  ceremony: "get",
  options: state.passkeyOptions,
  submit: t("signIn.passkey"),
  autofill: true,
  quiet: true,
  fields: html`<input type="hidden" name="action" value="passkey">`,
})}
<form method="post" action="${action}"><input type="hidden" name="action" value="cancel"><input type="submit" class="quiet" value="${t("signIn.cancel")}"></form>
${state.canRegister && html`<ul class="ways"><li><a href="/recovery?from=${state.interaction}">${t("signIn.recover")}</a></li><li><a href="/register?from=${state.interaction}">${t("signIn.register")}</a></li></ul>`}
<p class="hint">${t("signIn.shared")}</p>${passkeyScripts}`;
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
    case "passkey":
    case "staffPasskey":
    case "expired":
      return { form: t(`signIn.formFault.${problem.kind}`) };
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
