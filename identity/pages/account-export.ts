/** What is in the file that she can take away, and the button that makes it. */
import { html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout, formField } from "./account-layout.ts";
import type { View } from "./view.ts";

export function exportPage(view: View, visitor: Visitor): string {
  const { t } = view;
  const title = t("account.nav.export");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("export.lead")}</p>
<section class="panel" aria-labelledby="holds"><h2 id="holds">${t("export.holds")}</h2>
<ul class="points"><li>${t("export.profile")}</li><li>${t("export.signIn")}</li><li>${t("export.access")}</li><li>${t("export.delegations")}</li><li>${t("export.history")}</li></ul>
<p class="hint">${t("export.not")}</p>
<p class="warning">${t("export.careful")}</p>
<form method="post" action="/account/export">${formField(visitor)}<button type="submit">${t("export.submit")}</button></form></section>`;
  return accountLayout(view, { current: "export", title, visitor }, main);
}
