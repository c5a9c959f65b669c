/** The pages on which a citizen connects a device that shows her a code (RFC 8628, 3.3). */
import { html } from "../../platform/html.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

/** What is wrong with a code that she entered; each has its text under `device.fault`. */
export type UserCodeFault = "missing" | "notFound" | "expired" | "used" | "form" | "tooMany";

export interface UserCodeForm {
  readonly action: string;
  /** Proves that the form comes from a page of this browser's session; null when no form may be sent. */
  readonly secret: string | null;
  /** What she typed, or what the address brought along. */
  readonly userCode: string;
  readonly fault: UserCodeFault | null;
}

/** Asks for the code that the device shows. */
export function userCodePage(view: View, { action, secret, userCode, fault }: UserCodeForm): string {
  const { t } = view;
  const title = t("device.title");
  const message = fault === null ? undefined : t(`device.fault.${fault}`);
  const main = html`<h1>${title}</h1>
<p class="lead">${t("device.lead")}</p>
${faultSummary(t("device.problem"), message === undefined ? [] : [{ field: "user_code", message }])}
<form method="post" action="${action}" novalidate>
${secret !== null && html`<input type="hidden" name="xsrf" value="${secret}">`}
<div class="field">
<label for="user_code">${t("device.code")}</label>
<p class="hint" id="user_code-hint">${t("device.codeHint")}</p>
${fieldFault("user_code", message)}
<input id="user_code" name="user_code" type="text" class="code" dir="ltr" value="${userCode}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" required${describedBy("user_code", message, true)}${fault === null && html` autofocus`}>
</div>
<button type="submit"${secret === null && html` disabled`}>${t("device.next")}</button>
</form>
<p class="hint">${t("device.warning")}</p>`;
  return layout(view, titleWithFaults(t, title, fault !== null), main);
}

/** A device as its operator registered it. */
export interface Device {
  readonly name: string;
  readonly place: string | undefined;
}

export interface DeviceConfirmation extends Device {
  readonly action: string;
  readonly secret: string;
  readonly userCode: string;
}

/** Asks whether she stands before the device that shows the code (RFC 8628, 5.4). */
export function deviceConfirmPage(view: View, { action, secret, userCode, name, place }: DeviceConfirmation): string {
  const { t } = view;
  const title = t("device.confirm.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("device.confirm.lead")}</p>
<dl class="facts">
<div><dt>${t("device.confirm.name")}</dt><dd><bdi>${name}</bdi></dd></div>
${place !== undefined && html`<div><dt>${t("device.confirm.place")}</dt><dd><bdi>${place}</bdi></dd></div>`}
<div><dt>${t("device.confirm.code")}</dt><dd><code class="code" dir="ltr">${userCode}</code></dd></div>
</dl>
<p class="warning">${t("device.confirm.warning")}</p>
<form method="post" action="${action}" class="choices">
<input type="hidden" name="xsrf" value="${secret}"><input type="hidden" name="user_code" value="${userCode}">
<button type="submit" name="confirm" value="yes">${t("device.confirm.yes")}</button>
<button type="submit" name="abort" value="yes" class="quiet">${t("device.confirm.no")}</button>
</form>`;
  return layout({ ...view, inLanguage: null }, title, main);
}

/** Says that the device goes on by itself now. */
export function deviceConnectedPage(view: View, { name }: Device): string {
  const { t } = view;
  const title = t("device.connected.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("device.connected.lead", { name: isolated(name) })}</p>
<p class="warning">${t("device.connected.warning")}</p>
<p><a class="quiet" href="/session/end">${t("signOut.submit")}</a></p>`;
  return layout({ ...view, inLanguage: null }, title, main);
}

/** Says that the device was not connected, because she said no. */
export function deviceRefusedPage(view: View): string {
  const { t } = view;
  const title = t("device.refused.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("device.refused.lead")}</p>
<p class="hint">${t("device.refused.hint")}</p>`;
  return layout({ ...view, inLanguage: null }, title, main);
}

/** Keeps a name's own direction of writing inside a sentence (Unicode FSI and PDI). */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
