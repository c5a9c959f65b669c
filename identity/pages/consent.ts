import { type Html, html } from "../../platform/html.ts";
import type { Translate } from "../../platform/i18n.ts";
import { accountSections } from "./account-layout.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

export interface ConsentRequest {
  /** How the client calls itself. */
  readonly client: string;
  /** Where she goes back to; null for a device. */
  readonly host: string | null;
  /** What the client says about its use of data. */
  readonly policyUrl: string | null;
  /** What is allowed as a whole. Scopes in plain words exist for those of OpenID Connect, and for one a subgraph. */
  readonly scopes: readonly string[];
  /** What she allows one by one, each its own form field of that name. */
  readonly sensitive: readonly string[];
  /** What she has allowed this client before. */
  readonly ticked: readonly string[];
  readonly words: ScopeWords;
  /** The person acted for; null when she acts for herself. */
  readonly person: string | null;
  /** She is too young to decide by herself. */
  readonly needsGuardian: boolean;
}

/** The page that asks whether a client may read what it asks for. */
export function consentPage(view: View, action: string, request: ConsentRequest): string {
  const { t } = view;
  const { client, host, policyUrl, scopes, words, sensitive, person, needsGuardian } = request;
  const title = needsGuardian ? t("consent.guardianTitle") : t("consent.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("consent.lead", { client: isolated(client) })}</p>
${host !== null && html`<p class="hint">${t("consent.host")} <bdi dir="ltr">${host}</bdi>${policyUrl !== null && html` · <a href="${policyUrl}" rel="noreferrer">${t("consent.policy")}</a>`}</p>`}
${person !== null && html`<p class="acting">${t("consent.actingFor", { name: isolated(person) })}</p>`}
${needsGuardian ? guardianNeeded(view, action, [...scopes, ...sensitive], words) : question(view, action, request)}`;
  return layout(view, title, main);
}

function question(view: View, action: string, { scopes, words, sensitive, ticked, person }: ConsentRequest): Html {
  const { t } = view;
  return html`<form method="post" action="${action}" class="choices">
${scopes.length > 0 && scopeList(view, scopes, words, "scopes")}
${sensitive.length > 0 && separately(view, sensitive, ticked)}
<p class="hint">${t("consent.hint")} ${person === null && html`${t("consent.where")} <a href="${accountSections.applications}">${t("account.nav.applications")}</a>`}</p>
<button type="submit" name="action" value="allow">${t("consent.allow")}</button>
<button type="submit" name="action" value="cancel" class="quiet">${t("consent.deny")}</button>
</form>`;
}

/** Health and money want a consent of their own each (PIPL art. 29). */
function separately({ t }: View, sensitive: readonly string[], ticked: readonly string[]): Html {
  const boxes = sensitive.map(
    (scope) =>
      html`<li><label class="tick"><input type="checkbox" name="${scope}" value="yes"${ticked.includes(scope) && html` checked`}><span>${scopeText(t, scope)}</span></label></li>`,
  );
  return html`<fieldset><legend>${t("consent.separately")}</legend><p class="hint">${t("consent.separatelyHint")}</p><ul class="ticks">${boxes}</ul></fieldset>`;
}

function guardianNeeded(view: View, action: string, scopes: readonly string[], words: ScopeWords): Html {
  const { t } = view;
  return html`${scopeList(view, scopes, words, "scopes")}
<p>${t("consent.guardian")}</p>
<form method="post" action="${action}" class="choices"><button type="submit" name="action" value="cancel">${t("consent.guardianBack")}</button></form>`;
}

/** What scopes are for that the locale files do not know. */
export type ScopeWords = ReadonlyMap<string, string>;

/** Scopes in plain words. */
export function scopeList({ t }: View, scopes: readonly string[], words: ScopeWords, style = "points"): Html {
  const texts = scopes.map((scope) => words.get(scope) ?? scopeText(t, scope));
  return html`<ul class="${style}">${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function scopeText(t: Translate, scope: string): string {
  // A colon would part a key from its namespace in the locale files.
  return t(`scope.${scope.replace(":read", "").replace(":", "-")}`);
}

/** Keeps a name's own direction of writing inside a sentence (Unicode FSI and PDI). */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
