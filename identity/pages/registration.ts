import { html } from "../../platform/html.ts";
import type { PasswordFault } from "../credentials/password-policy.ts";
import type { Proofing } from "../store/accounts.ts";
import { duration } from "./duration.ts";
import { describedBy, type FormFault, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import { newPasswordField, passwordFaults } from "./new-password.ts";
import { passkeyForm, passkeyScripts } from "./passkey-form.ts";
import type { View } from "./view.ts";

export interface ApplicantFaults {
  readonly name?: "missing";
  readonly residentId?: "malformed" | "residentIdMistyped";
  readonly mobile?: "malformed";
  readonly waitSeconds?: number;
}

export interface ApplicantState {
  readonly typed: { readonly name: string; readonly residentId: string; readonly mobile: string };
  readonly faults: ApplicantFaults;
  /** The sign-in that she came from. */
  readonly from: string | null;
}

/** The first page of a registration: who she is. */
export function applicantPage(view: View, { typed, faults, from }: ApplicantState): string {
  const { t, language } = view;
  const title = t("register.title");
  const name = faults.name && t("register.fault.name");
  const residentId = faults.residentId && t(`register.fault.residentId.${faults.residentId}`);
  const mobile = faults.mobile && t("mobile.fault.malformed");
  const wait =
    faults.waitSeconds === undefined
      ? undefined
      : t("signIn.throttled", { time: duration(language, faults.waitSeconds) });
  const list: FormFault[] = [
    ...(wait === undefined ? [] : [{ field: "name", message: wait }]),
    ...(name === undefined ? [] : [{ field: "name", message: name }]),
    ...(residentId === undefined ? [] : [{ field: "resident-id", message: residentId }]),
    ...(mobile === undefined ? [] : [{ field: "mobile", message: mobile }]),
  ];
  const main = html`<h1>${title}</h1>
<p class="lead">${t("register.lead")}</p>
${faultSummary(t("register.problem"), list)}
<form method="post" action="/register${from !== null && `?from=${from}`}" novalidate>
<div class="field"><label for="name">${t("register.name")}</label>${fieldFault("name", name)}
<input id="name" name="name" type="text" dir="auto" value="${typed.name}" autocomplete="name" maxlength="100" required${describedBy("name", name, false)}></div>
<div class="field"><label for="resident-id">${t("register.residentId")}</label>${fieldFault("resident-id", residentId)}
<input id="resident-id" name="residentId" type="text" dir="ltr" value="${typed.residentId}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" required${describedBy("resident-id", residentId, false)}></div>
<div class="field"><label for="mobile">${t("register.mobile")}</label>
<p class="hint" id="mobile-hint">${t("register.mobileHint")}</p>${fieldFault("mobile", mobile)}
<input id="mobile" name="mobile" type="tel" dir="ltr" value="${typed.mobile}" autocomplete="tel-national" maxlength="20" required${describedBy("mobile", mobile, true)}></div>
<button type="submit">${t("register.next")}</button></form>
<p class="hint">${t("register.children")}</p>`;
  return layout(view, titleWithFaults(t, title, list.length > 0), main);
}

export interface FirstCredentialState {
  /** Options of a new passkey, as JSON. */
  readonly creationOptions: string;
  readonly fault: PasswordFault | "passkey" | null;
}

/** The last page of a registration: a passkey or a password. */
export function firstCredentialPage(view: View, { creationOptions, fault }: FirstCredentialState): string {
  const { t } = view;
  const title = t("register.credential");
  const password = { hasSecondFactor: true, fault: fault === "passkey" ? null : fault };
  const faults =
    fault === "passkey" ? [{ field: "password", message: t("passkey.failed") }] : passwordFaults(view, password);
  const main = html`<h1>${title}</h1>
${faultSummary(t("newPassword.problem"), faults)}
<div data-with-passkey hidden><p class="lead">${t("register.passkeyLead")}</p></div>
${passkeyForm(view, {
  action: "/register/credential",
  ceremony: "create",
  options: creationOptions,
  submit: t("register.usePasskey"),
  fields: html``,
})}
<div data-with-passkey hidden><p class="or"><span>${t("register.or")}</span></p></div>
<form method="post" action="/register/credential" novalidate>
${newPasswordField(view, password)}
<p class="hint">${t("register.passwordHint")}</p>
<button type="submit">${t("register.submit")}</button></form>${passkeyScripts}`;
  return layout(view, titleWithFaults(t, title, fault !== null), main);
}

/** The account is open; what it is good for depends on the proofing. */
export function openedPage(view: View, signIn: string, proofing: Proofing): string {
  const { t } = view;
  const main = html`<h1>${t("register.opened.title")}</h1>
<p class="lead">${t("register.opened.lead")}</p>
${proofing === "none" && html`<p>${t("register.opened.unproofed")}</p>`}
<p><a class="button" href="${signIn}">${t("signIn.submit")}</a></p>`;
  return layout({ ...view, inLanguage: null }, t("register.opened.title"), main);
}

/** No account was opened; one text for every reason. */
export function refusedPage(view: View): string {
  const { t } = view;
  const main = html`<h1>${t("register.refused.title")}</h1>
<p class="lead">${t("register.refused.lead")}</p>
<ul class="steps"><li>${t("register.refused.known")}</li><li>${t("register.refused.data")}</li><li>${t("register.refused.visit")}</li></ul>
<p><a class="button" href="/account">${t("signIn.submit")}</a></p>
<p><a class="quiet" href="/recovery">${t("signIn.recover")}</a></p>`;
  return layout({ ...view, inLanguage: null }, t("register.refused.title"), main);
}
