import { html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout, formField } from "./account-layout.ts";
import { duration } from "./duration.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import type { View } from "./view.ts";

export type MobileFault =
  | { readonly kind: "malformed" | "wrong" | "taken" }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

export interface MobileState {
  /** The number that a code is under way to, with its middle left out. */
  readonly pending: string | null;
  readonly fault: MobileFault | null;
}

/** The page on which she proves another mobile number. */
export function mobilePage(view: View, visitor: Visitor, { pending, fault }: MobileState): string {
  const { t } = view;
  const title = t("mobile.title");
  const message = fault ? messageOf(view, fault) : undefined;
  const field = fault?.kind === "wrong" && pending !== null ? "code" : "mobile";
  const numberFault = field === "mobile" ? message : undefined;
  const codeFault = field === "code" ? message : undefined;
  const main = html`<h1>${title}</h1>
${faultSummary(t("mobile.problem"), message === undefined ? [] : [{ field, message }])}
${
  pending !== null &&
  html`<section class="panel" aria-labelledby="confirm"><h2 id="confirm">${t("mobile.confirm", { mobile: `\u2066${pending}\u2069` })}</h2>
<form method="post" action="/account/security/mobile/confirm" novalidate>${formField(visitor)}
<div class="field"><label for="code">${t("secondFactor.code.sms")}</label>${fieldFault("code", codeFault)}
<input id="code" name="code" type="text" dir="ltr" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required${describedBy("code", codeFault, false)}></div>
<button type="submit">${t("secondFactor.submit")}</button></form></section>`
}
<section class="panel"><form method="post" action="/account/security/mobile" novalidate>${formField(visitor)}
<div class="field"><label for="mobile">${t("mobile.number")}</label>${fieldFault("mobile", numberFault)}
<input id="mobile" name="mobile" type="tel" dir="ltr" autocomplete="tel-national" maxlength="20" required${describedBy("mobile", numberFault, false)}></div>
<button type="submit"${pending !== null && html` class="quiet"`}>${t("secondFactor.send")}</button></form></section>`;
  return accountLayout(view, { current: "security", title: titleWithFaults(t, title, fault !== null), visitor }, main);
}

function messageOf({ t, language }: View, fault: MobileFault): string {
  if (fault.kind === "throttled") return t("signIn.throttled", { time: duration(language, fault.waitSeconds) });
  return t(`mobile.fault.${fault.kind}`);
}
