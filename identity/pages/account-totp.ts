import { html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout, formField } from "./account-layout.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { qrCode } from "./qr-code.ts";
import type { View } from "./view.ts";

export interface TotpState {
  /** base32. */
  readonly secret: string;
  readonly uri: string;
  /** Whether the code she typed was not right. */
  readonly wrong: boolean;
}

/** The page on which an authenticator app is set up. */
export function totpPage(view: View, visitor: Visitor, { secret, uri, wrong }: TotpState): string {
  const { t } = view;
  const title = t("totp.title");
  const fault = wrong ? t("totp.wrong") : undefined;
  const main = html`<h1>${title}</h1>
${faultSummary(t("secondFactor.problem"), fault === undefined ? [] : [{ field: "code", message: fault }])}
<section class="panel" aria-labelledby="scan"><h2 id="scan">${t("totp.scan")}</h2>
${qrCode(uri, t("totp.qr"))}
<p>${t("totp.byHand")}</p><p class="key"><code dir="ltr">${secret.match(/.{1,4}/g)?.join(" ")}</code></p></section>
<section class="panel" aria-labelledby="prove"><h2 id="prove">${t("totp.prove")}</h2>
<form method="post" action="/account/security/totp" novalidate>${formField(visitor)}
<div class="field"><label for="code">${t("secondFactor.code.totp")}</label>
${fieldFault("code", fault)}
<input id="code" name="code" type="text" dir="ltr" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required${describedBy("code", fault, false)}></div>
<button type="submit">${t("totp.submit")}</button></form></section>`;
  return accountLayout(view, { current: "security", title: titleWithFaults(t, title, wrong), visitor }, main);
}
