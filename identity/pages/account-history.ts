/** What happened to her account, and the way to object. */
import { type Html, html } from "../../platform/html.ts";
import type { Language } from "../../platform/i18n.ts";
import { categories, isCategory } from "../../trust/categories.ts";
import { purposes } from "../../trust/purposes.ts";
import { isObjectionable } from "../account/objectionable.ts";
import type { Visitor } from "../account/visitor.ts";
import type { PastEntry } from "../history/read-history.ts";
import { historyYears } from "../history/retention.ts";
import { accountLayout, accountSections, formField } from "./account-layout.ts";
import type { View } from "./view.ts";
import { clientName, device, moment, type NamedClient } from "./words.ts";

export interface HistoryState {
  readonly entries: readonly PastEntry[];
  /** The clients that entries name. */
  readonly clients: readonly NamedClient[];
  /** Number of the entry before which the next page begins. */
  readonly next: number | null;
  readonly isFirstPage: boolean;
  /** Whether she has just objected to an entry. */
  readonly reported: boolean;
}

export function historyPage(view: View, visitor: Visitor, state: HistoryState): string {
  const { t } = view;
  const { entries, clients, next, isFirstPage, reported } = state;
  const title = t("account.nav.history");
  const main = html`<h1>${title}</h1>
${reported && html`<p class="notice" role="status">${t("historyPage.reported")} <a href="${accountSections.security}">${t("historyPage.next")}</a></p>`}
<p class="lead">${entries.length === 0 ? t("historyPage.none") : t("historyPage.lead")}</p>
<ol class="entries">${entries.map((entry) => listItem(view, entry, clients))}</ol>
<nav class="actions" aria-label="${t("historyPage.pages")}">
${!isFirstPage && html`<a class="button quiet" href="/account/history">${t("historyPage.newest")}</a>`}
${next !== null && html`<a class="button quiet" href="/account/history?before=${next}">${t("historyPage.earlier")}</a>`}
</nav>
<p class="hint">${t("historyPage.kept", { years: historyYears })}</p>`;
  return accountLayout(view, { current: "history", title, visitor }, main);
}

export interface NotMeState {
  readonly entry: PastEntry;
  /** The clients that it names. */
  readonly clients: readonly NamedClient[];
  /** What she signs in with. */
  readonly has: { readonly password: boolean; readonly passkeys: boolean };
}

/** Asks before everything is ended because of an entry. */
export function notMePage(view: View, visitor: Visitor, { entry, clients, has }: NotMeState): string {
  const { t } = view;
  const title = t("notMe.title");
  const main = html`<h1>${title}</h1>
<div class="panel"><h2>${t(`history.${entry.kind}`)}</h2>${facts(view, entry, clients)}</div>
<p class="lead">${t("notMe.lead")}</p>
<ul class="points"><li>${t("notMe.sessions")}</li><li>${t("notMe.applications")}</li>${has.password && html`<li>${t("notMe.password")}</li>`}${has.passkeys && html`<li>${t("notMe.passkeys")}</li>`}</ul>
<div class="actions"><form method="post" action="/account/history/not-me">${formField(visitor)}<button type="submit" name="entry" value="${entry.entryId}" class="danger">${t("notMe.submit")}</button></form>
<a class="button quiet" href="/account/history">${t("notMe.back")}</a></div>`;
  return accountLayout(view, { current: "history", title, visitor }, main);
}

function listItem(view: View, entry: PastEntry, clients: readonly NamedClient[]): Html {
  const { t } = view;
  const heading = `h-${entry.entryId}`;
  const objection = html`<p><a class="button quiet small" href="/account/history/not-me?entry=${entry.entryId}" aria-describedby="${heading}">${t("notMe.link")}</a></p>`;
  return html`<li><h2 id="${heading}">${t(`history.${entry.kind}`)}${entry.reported && html` <span class="tag fault-tag">${t("historyPage.isReported")}</span>`}</h2>
${facts(view, entry, clients)}
${isObjectionable(entry) && !entry.reported && objection}</li>`;
}

function facts(view: View, entry: PastEntry, clients: readonly NamedClient[]): Html {
  const { t, language } = view;
  const { occurredAt, clientId, network, userAgent, detail } = entry;
  const client = clients.find((known) => known.clientId === clientId);
  return html`<dl class="facts terse">
<dt>${t("historyPage.time")}</dt><dd>${moment(language, occurredAt)}${entry.kind === "read-by-delegate" && html` <span class="hint">${t("historyPage.hourly")}</span>`}</dd>
${detail.name !== undefined && html`<dt>${entry.kind.startsWith("passkey-") ? t("historyPage.called") : t("account.name")}</dt><dd><bdi>${detail.name}</bdi></dd>`}
${detail.department !== undefined && html`<dt>${t("historyPage.department")}</dt><dd>${t(`historyPage.departments.${detail.department}`)}</dd>`}
${detail.company !== undefined && html`<dt>${t("historyPage.company")}</dt><dd><bdi>${detail.company}</bdi></dd>`}
${detail.purpose !== undefined && html`<dt>${t("historyPage.purpose")}</dt><dd>${purposes.get(detail.purpose)?.wording[language] ?? detail.purpose}</dd>`}
${detail.basis !== undefined && html`<dt>${t("delegation.basis")}</dt><dd>${t(`delegation.kind.${detail.basis}`)}</dd>`}
${detail.categories !== undefined && html`<dt>${t("historyPage.categories")}</dt><dd>${kindsOf(detail.categories, language)}</dd>`}
${client && html`<dt>${t("historyPage.client")}</dt><dd>${clientName(view, client)}</dd>`}
${network !== null && html`<dt>${t("historyPage.device")}</dt><dd>${device(view, userAgent)}</dd><dt>${t("sessions.network")}</dt><dd><bdi dir="ltr">${network}</bdi></dd>`}
</dl>`;
}

/** Kinds of personal data, as they are called before people; one that is registered no more by its name. */
function kindsOf(names: string, language: Language): Html[] {
  const wordings = names.split(" ").map((name) => (isCategory(name) ? categories[name][language] : name));
  return wordings.map((wording, index) => html`${index > 0 && " · "}<bdi>${wording}</bdi>`);
}
