import { html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout } from "./account-layout.ts";
import type { View } from "./view.ts";

/** The page that shows new printed codes, this once. */
export function recoveryCodesPage(view: View, visitor: Visitor, codes: readonly string[]): string {
  const { t } = view;
  const title = t("security.codes");
  // Asked for again, it would be another sheet: it has no other language.
  const main = html`<h1>${title}</h1>
<p class="lead">${t("security.codesOnce")}</p>
<ol class="codes" dir="ltr">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
<p><a class="button" href="/account/security">${t("security.codesKept")}</a></p>`;
  return accountLayout({ ...view, inLanguage: null }, { current: "security", title, visitor }, main);
}
