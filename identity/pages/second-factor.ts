import { type Html, html } from "../../platform/html.ts";
import type { AssuranceLevel } from "../../trust/assurance.ts";
import type { Factors } from "../store/factors.ts";
import { duration } from "./duration.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import { passkeyForm, passkeyScripts } from "./passkey-form.ts";
import type { View } from "./view.ts";

type Factor = "passkey" | "totp" | "sms" | "recovery-code";

export type SecondFactorProblem =
  | { readonly kind: "missing" | "wrong" }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

export interface SecondFactorState {
  readonly factor: Factor;
  readonly others: readonly Factor[];
  /** Options of a passkey's use, as JSON; empty for another factor. */
  readonly passkeyOptions: string;
  /** The mobile, with its middle left out. */
  readonly mobile: string;
  readonly isCodeSent: boolean;
  readonly problem: SecondFactorProblem | null;
}

/** The page of the second step. Its forms go to the address of the page itself. */
export function secondFactorPage(view: View, action: string, state: SecondFactorState): string {
  const { t } = view;
  const title = t("secondFactor.title");
  const fault = state.problem ? messageOf(view, state) : undefined;
  const main = html`<h1>${title}</h1>
<p class="lead">${t(`secondFactor.lead.${state.factor}`, { mobile: `\u2066${state.mobile}\u2069` })}</p>
${faultSummary(t("secondFactor.problem"), fault === undefined ? [] : [{ field: "code", message: fault }])}
${factorForm(view, action, state, fault)}
${otherWays(view, action, state)}
<form method="post" action="${action}"><input type="hidden" name="action" value="restart"><button type="submit" class="quiet">${t("secondFactor.restart")}</button></form>
${state.factor === "passkey" && passkeyScripts}`;
  return layout(view, titleWithFaults(t, title, state.problem !== null), main);
}

function messageOf({ t, language }: View, { problem, factor }: SecondFactorState): string {
  if (problem?.kind === "throttled") return t("signIn.throttled", { time: duration(language, problem.waitSeconds) });
  return problem?.kind === "missing" ? t("secondFactor.missing") : t(`secondFactor.wrong.${factor}`);
}

function factorForm(view: View, action: string, state: SecondFactorState, fault: string | undefined): Html {
  const { t } = view;
  const { factor, passkeyOptions, isCodeSent } = state;
  if (factor === "passkey") {
    const fields = html`<input type="hidden" name="action" value="factor"><input type="hidden" name="factor" value="passkey">`;
    return html`<div id="code">${passkeyForm(view, { action, ceremony: "get", options: passkeyOptions, submit: t("secondFactor.usePasskey"), fields })}
<noscript><p class="hint">${t("passkey.needsScript")}</p></noscript></div>`;
  }
  if (factor === "sms" && !isCodeSent) {
    return html`<form method="post" action="${action}" id="code"><input type="hidden" name="action" value="send"><input type="hidden" name="factor" value="sms">
<button type="submit">${t("secondFactor.send")}</button></form>`;
  }
  const isPrinted = factor === "recovery-code";
  return html`<form method="post" action="${action}" novalidate>
<input type="hidden" name="action" value="factor"><input type="hidden" name="factor" value="${factor}">
<div class="field">
<label for="code">${t(`secondFactor.code.${factor}`)}</label>
${fieldFault("code", fault)}
<input id="code" name="code" type="text" dir="ltr" autocomplete="${isPrinted ? "off" : "one-time-code"}"${!isPrinted && html` inputmode="numeric"`} autocapitalize="characters" spellcheck="false" maxlength="40" required${describedBy("code", fault, false)}${fault === undefined && html` autofocus`}>
</div>
<button type="submit">${t("secondFactor.submit")}</button></form>`;
}

function otherWays({ t }: View, action: string, { others, factor, isCodeSent }: SecondFactorState): Html | null {
  const again =
    factor === "sms" &&
    isCodeSent &&
    html`<form method="post" action="${action}"><input type="hidden" name="factor" value="sms"><button type="submit" class="quiet" name="action" value="send">${t("secondFactor.sendAgain")}</button></form>`;
  if (others.length === 0) return again ? html`${again}` : null;
  const entries = others.map(
    (other) =>
      html`<form method="post" action="${action}"><input type="hidden" name="factor" value="${other}"><button type="submit" class="quiet" name="action" value="choose">${t(`secondFactor.other.${other}`)}</button></form>`,
  );
  return html`<section class="other-ways" aria-labelledby="others">${again}<h2 id="others">${t("secondFactor.others")}</h2>${entries}</section>`;
}

/** What is known when no way leads on. */
export interface UnmetState {
  readonly demanded: AssuranceLevel | null;
  readonly account: { readonly proofing: string; readonly isRecovered: boolean };
  readonly factors: Factors;
}

/** Says what to do so that the account can do what was asked; the client hears that it cannot yet. */
export function unmetPage(view: View, action: string, { demanded, account, factors }: UnmetState): string {
  const { t } = view;
  const isStrongest = demanded === "urn:huimin:loa:3";
  const steps = [
    account.isRecovered && "recovered",
    ((isStrongest && account.proofing !== "in_person") || account.proofing === "none") && "visit",
    (isStrongest ? factors.passkeys === 0 : true) && !account.isRecovered && account.proofing !== "none" && "enrol",
  ].filter((step) => step !== false);
  const main = html`<h1>${t("unmet.title")}</h1>
<p class="lead">${t("unmet.lead")}</p>
<ul class="steps">${steps.map((step) => html`<li>${t(`unmet.step.${step}`)}</li>`)}</ul>
<p><a class="button" href="/account/security">${t("unmet.security")}</a></p>
<form method="post" action="${action}"><input type="hidden" name="action" value="unmet"><button type="submit" class="quiet">${t("unmet.back")}</button></form>`;
  return layout(view, t("unmet.title"), main);
}
