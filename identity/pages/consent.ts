import { type Html, html } from "../../platform/html.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

export interface ConsentRequest {
  /** How the client calls itself. */
  readonly client: string;
  /** Scopes in plain words exist for these: `openid`, `offline_access`, and one a subgraph. */
  readonly scopes: readonly string[];
  /** The person acted for; null when she acts for herself. */
  readonly person: string | null;
}

/** The page that asks whether a client may read what it asks for. */
export function consentPage(view: View, action: string, { client, scopes, person }: ConsentRequest): string {
  const { t } = view;
  const main = html`<h1>${t("consent.title")}</h1>
<p class="lead">${t("consent.lead", { client: isolated(client) })}</p>
${person !== null && html`<p class="acting">${t("consent.actingFor", { name: isolated(person) })}</p>`}
${scopeList(view, scopes, "scopes")}
<p class="hint">${t("consent.hint")}</p>
<form method="post" action="${action}" class="choices">
<button type="submit" name="action" value="allow">${t("consent.allow")}</button>
<button type="submit" name="action" value="cancel" class="quiet">${t("consent.deny")}</button>
</form>`;
  return layout(view, t("consent.title"), main);
}

/** Scopes in plain words. */
export function scopeList({ t }: View, scopes: readonly string[], style = "points"): Html {
  // A colon would part a key from its namespace in the locale files.
  return html`<ul class="${style}">${scopes.map((scope) => html`<li>${t(`scope.${scope.replace(":read", "")}`)}</li>`)}</ul>`;
}

/** Keeps a name's own direction of writing inside a sentence (Unicode FSI and PDI). */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
