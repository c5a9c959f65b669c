import { type Html, html } from "../../platform/html.ts";
import type { LoginFault } from "../credentials/login-name.ts";
import { duration } from "./duration.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import { type NewPasswordState, newPasswordField, passwordFaults } from "./new-password.ts";
import type { View } from "./view.ts";
import { moment } from "./words.ts";

/** After a sign-in, before anything else: somebody is recovering this account. */
export function recoveryNoticePage(view: View, action: string, readyAt: Date): string {
  const { t, language } = view;
  const title = t("recovery.notice.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("recovery.notice.lead")} ${moment(language, readyAt)}</p>
<p>${t("recovery.notice.advice")}</p>
<form method="post" action="${action}" class="choices">
<button type="submit" name="action" value="stop-recovery">${t("recovery.notice.stop")}</button>
<button type="submit" name="action" value="go-on" class="quiet">${t("recovery.notice.mine")}</button>
</form>`;
  return layout(view, title, main);
}

export type StartFault = { readonly kind: LoginFault } | { readonly kind: "throttled"; readonly waitSeconds: number };

export interface StartState {
  readonly login: string;
  readonly fault: StartFault | null;
  readonly from: string | null;
}

/** The first page of a recovery: whose account. */
export function recoveryStartPage(view: View, { login, fault, from }: StartState): string {
  const { t, language } = view;
  const title = t("recovery.title");
  const message =
    fault === null
      ? undefined
      : fault.kind === "throttled"
        ? t("signIn.throttled", { time: duration(language, fault.waitSeconds) })
        : t(`signIn.loginFault.${fault.kind}`);
  const main = html`<h1>${title}</h1>
<p class="lead">${t("recovery.lead")}</p>
${faultSummary(t("recovery.problem"), message === undefined ? [] : [{ field: "login", message }])}
<form method="post" action="/recovery${from !== null && `?from=${from}`}" novalidate>
<div class="field"><label for="login">${t("signIn.login")}</label>
<p class="hint" id="login-hint">${t("signIn.loginHint")}</p>${fieldFault("login", message)}
<input id="login" name="login" type="text" dir="ltr" value="${login}" autocomplete="username" autocapitalize="characters" spellcheck="false" maxlength="64" required${describedBy("login", message, true)}></div>
<button type="submit">${t("recovery.next")}</button></form>
<ul class="ways"><li><a href="/recovery/counter">${t("recovery.counter.link")}</a></li></ul>`;
  return layout(view, titleWithFaults(t, title, fault !== null), main);
}

export type ProofFault =
  | { readonly kind: "missing" | "wrong" }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

export interface ProofState {
  /** When the recovery that is under way may be completed; null when none is. */
  readonly readyAt: Date | null;
  /** How long one has to wait. */
  readonly hours: number;
  /** Whether one was stopped so lately that waiting is not offered. */
  readonly isStopped: boolean;
  readonly fault: ProofFault | null;
}

/** What she has beside her mobile: a printed code, or time. */
export function recoveryProofPage(view: View, state: ProofState): string {
  const { t, language } = view;
  const { readyAt, fault } = state;
  const title = readyAt ? t("recovery.waiting.title") : t("recovery.proof.title");
  const message = fault ? messageOf(view, fault) : undefined;
  const main = html`<h1>${title}</h1>
${faultSummary(t("secondFactor.problem"), message === undefined ? [] : [{ field: "code", message }])}
${readyAt && html`<p class="lead">${t("recovery.waiting.lead")} ${moment(language, readyAt)}</p><p>${t("recovery.waiting.back")}</p>`}
<form method="post" action="/recovery/proof" novalidate><input type="hidden" name="action" value="printed">
<div class="field"><label for="code">${t("secondFactor.code.recovery-code")}</label>
<p class="hint" id="code-hint">${t("recovery.proof.printedHint")}</p>${fieldFault("code", message)}
<input id="code" name="code" type="text" dir="ltr" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" required${describedBy("code", message, true)}></div>
<button type="submit">${t("secondFactor.submit")}</button></form>
${!readyAt && waiting(view, state)}`;
  return layout(view, titleWithFaults(t, title, fault !== null), main);
}

function waiting({ t, language }: View, { hours, isStopped }: ProofState): Html {
  if (isStopped) return html`<p>${t("recovery.proof.stopped")}</p>`;
  return html`<form method="post" action="/recovery/proof"><input type="hidden" name="action" value="wait">
<p>${t("recovery.proof.waitHint", { time: duration(language, hours * 3600) })}</p>
<button type="submit" class="quiet">${t("recovery.proof.wait")}</button></form>`;
}

function messageOf({ t, language }: View, fault: ProofFault): string {
  if (fault.kind === "throttled") return t("signIn.throttled", { time: duration(language, fault.waitSeconds) });
  return fault.kind === "missing" ? t("secondFactor.missing") : t("secondFactor.wrong.recovery-code");
}

/** The last page of a recovery. */
export function recoveryPasswordPage(view: View, state: NewPasswordState): string {
  const { t } = view;
  const title = t("newPassword.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("recovery.passwordLead")}</p>
${faultSummary(t("newPassword.problem"), passwordFaults(view, state))}
<form method="post" action="/recovery/password" novalidate>${newPasswordField(view, state)}
<button type="submit">${t("newPassword.submit")}</button></form>`;
  return layout(view, titleWithFaults(t, title, state.fault !== null), main);
}

/** The account has its new password. */
export function recoveredPage(view: View, signIn: string, from: "home" | "counter"): string {
  const { t } = view;
  const main = html`<h1>${t("recovery.done.title")}</h1>
<p class="lead">${from === "counter" ? t("recovery.done.counterLead") : t("recovery.done.lead")}</p>
<p><a class="button" href="${signIn}">${t("signIn.submit")}</a></p>`;
  return layout({ ...view, inLanguage: null }, t("recovery.done.title"), main);
}

/** Behind the link of a notice. */
export function stopPage(view: View, token: string): string {
  const { t } = view;
  const main = html`<h1>${t("recovery.stop.title")}</h1>
<p class="lead">${t("recovery.stop.lead")}</p>
<form method="post" action="/recovery/stop"><input type="hidden" name="token" value="${token}">
<button type="submit">${t("recovery.notice.stop")}</button></form>`;
  return layout(view, t("recovery.stop.title"), main);
}

/** What became of it. */
export function stoppedPage(view: View, isStopped: boolean): string {
  const { t } = view;
  const title = isStopped ? t("recovery.stopped.title") : t("recovery.gone.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${isStopped ? t("recovery.stopped.lead") : t("recovery.gone.lead")}</p>
<p><a class="button" href="/account/security">${t("unmet.security")}</a></p>`;
  return layout({ ...view, inLanguage: null }, title, main);
}
