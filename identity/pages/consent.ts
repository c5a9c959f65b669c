import { type Html, html } from "../../platform/html.ts";
import { categories } from "../../trust/categories.ts";
import { purposeOf } from "../provider/scopes.ts";
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
  /** What the company asks to read by itself, for a purpose each; allowed one by one as well. */
  readonly purposes: readonly string[];
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
  const { client, host, policyUrl, scopes, words, sensitive, purposes, person, needsGuardian } = request;
  const title = needsGuardian ? t("consent.guardianTitle") : t("consent.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("consent.lead", { client: isolated(client) })}</p>
${host !== null && html`<p class="hint">${t("consent.host")} <bdi dir="ltr">${host}</bdi>${policyUrl !== null && html` · <a href="${policyUrl}" rel="noreferrer">${t("consent.policy")}</a>`}</p>`}
${person !== null && html`<p class="acting">${t("consent.actingFor", { name: isolated(person) })}</p>`}
${needsGuardian ? guardianNeeded(view, action, [...scopes, ...sensitive, ...purposes], words) : question(view, action, request)}`;
  return layout(view, title, main);
}

function question(view: View, action: string, request: ConsentRequest): Html {
  const { t } = view;
  const { scopes, words, sensitive, purposes, ticked, person } = request;
  return html`<form method="post" action="${action}" class="choices">
${scopes.length > 0 && scopeList(view, scopes, words, "scopes")}
${sensitive.length > 0 && oneByOne(view, sensitive, ticked, { legend: t("consent.separately"), hint: t("consent.separatelyHint") })}
<p class="hint">${t("consent.hint")} ${person === null && html`${t("consent.where")} <a href="${accountSections.applications}">${t("account.nav.applications")}</a>`}</p>
${purposes.length > 0 && oneByOne(view, purposes, ticked, { legend: t("consent.byItself"), hint: t("consent.byItselfHint") })}
<button type="submit" name="action" value="allow">${t("consent.allow")}</button>
<button type="submit" name="action" value="cancel" class="quiet">${t("consent.deny")}</button>
</form>`;
}

interface GroupWords {
  readonly legend: string;
  readonly hint: string;
}

/** Health and money (PIPL art. 29), and what goes to a company by itself (art. 23), want a consent of their own each. */
function oneByOne(
  view: View,
  scopes: readonly string[],
  ticked: readonly string[],
  { legend, hint }: GroupWords,
): Html {
  const boxes = scopes.map(
    (scope) =>
      html`<li><label class="tick"><input type="checkbox" name="${scope}" value="yes"${ticked.includes(scope) && html` checked`}><span>${scopeText(view, scope)}</span></label></li>`,
  );
  return html`<fieldset><legend>${legend}</legend><p class="hint">${hint}</p><ul class="ticks">${boxes}</ul></fieldset>`;
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
export function scopeList(view: View, scopes: readonly string[], words: ScopeWords, style = "points"): Html {
  const texts = scopes.map((scope) => (purposeOf(scope) ? undefined : words.get(scope)) ?? scopeText(view, scope));
  return html`<ul class="${style}">${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function scopeText({ t, language }: View, scope: string): string {
  const purpose = purposeOf(scope);
  if (purpose) {
    const data = purpose.categories.map((category) => categories[category][language]).join(" · ");
    return t("consent.forPurpose", { purpose: purpose.wording[language], data });
  }
  // A colon would part a key from its namespace in the locale files.
  return t(`scope.${scope.replace(":read", "").replace(":", "-")}`);
}

/** Keeps a name's own direction of writing inside a sentence (Unicode FSI and PDI). */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
