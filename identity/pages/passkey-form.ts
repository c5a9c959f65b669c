/** The part of a page that an authenticator answers; `assets/passkey.js` brings it to life. */
import { type Html, html } from "../../platform/html.ts";
import type { View } from "./view.ts";

export interface PasskeyForm {
  readonly action: string;
  readonly ceremony: "get" | "create";
  /** Options of the ceremony, as JSON. */
  readonly options: string;
  readonly submit: string;
  /** Whether passkeys are offered in the page's login field too. */
  readonly autofill?: boolean;
  readonly quiet?: boolean;
  /** Other fields. */
  readonly fields: Html;
}

/** Stays hidden in browsers that run no scripts or know no passkeys. */
export function passkeyForm({ t }: View, form: PasskeyForm): Html {
  const { action, ceremony, options, submit, autofill = false, quiet = false, fields } = form;
  return html`<form method="post" action="${action}" data-passkey="${ceremony}" data-options="${options}"${autofill && html` data-autofill`} hidden>
<p class="fault" role="alert" data-fault hidden>${t("passkey.failed")}</p>
${fields}<input type="hidden" name="credential" value="">
<button type="submit"${quiet && html` class="quiet"`}>${submit}</button>
</form>`;
}

/** Goes at the end of a page with such a form; the page needs `own scripts` in its headers. */
export const passkeyScripts: Html = html`<script src="/simplewebauthn.js"></script><script type="module" src="/passkey.js"></script>`;
