/** Which applications may see what of her, and the way to stop them. */
import { type Html, html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { isCityClient } from "../provider/clients.ts";
import { purposeOf } from "../provider/scopes.ts";
import { accountLayout, formField } from "./account-layout.ts";
import { type ScopeWords, scopeList } from "./consent.ts";
import type { View } from "./view.ts";
import { clientName, day, moment, type NamedClient } from "./words.ts";

export interface ListedApplication {
  readonly client: NamedClient;
  readonly scopes: readonly string[];
  readonly declined: readonly string[];
  readonly since: Date;
  /** YYYY-MM-DD. */
  readonly lastUsedOn: string;
  readonly isLive: boolean;
}

export interface ApplicationsState {
  readonly applications: readonly ListedApplication[];
  /** What registered scopes are for, in her language. */
  readonly words: ScopeWords;
  /** Whether she has just stopped one. */
  readonly stopped: boolean;
}

export function applicationsPage(view: View, visitor: Visitor, state: ApplicationsState): string {
  const { t } = view;
  const { applications, words, stopped } = state;
  const title = t("account.nav.applications");
  const main = html`<h1>${title}</h1>
${stopped && html`<p class="notice" role="status">${t("applications.stopped")}</p>`}
<p class="lead">${applications.length === 0 ? t("applications.none") : t("applications.lead")}</p>
<ul class="entries">${applications.map((application) => entry(view, visitor, application, words))}</ul>`;
  return accountLayout(view, { current: "applications", title, visitor }, main);
}

function entry(view: View, visitor: Visitor, application: ListedApplication, words: ScopeWords): Html {
  const { t, language } = view;
  const { client, scopes, declined, since, lastUsedOn, isLive } = application;
  const heading = `a-${client.clientId}`;
  const isCity = isCityClient(client);
  const purposes = scopes.filter(purposeOf);
  const others = scopes.filter((scope) => !purposeOf(scope));
  return html`<li><h2 id="${heading}">${clientName(view, client)} ${isCity && html`<span class="tag">${t("applications.city")}</span>`}</h2>
<div><h3>${t("applications.sees")}</h3>${scopeList(view, others, words)}</div>
${declined.length > 0 && html`<div><h3>${t("applications.declined")}</h3>${scopeList(view, declined, words)}</div>`}
<p class="hint">${t("applications.since")} ${moment(language, since)}</p>
<p class="hint">${t("applications.lastUsed")} ${day(language, lastUsedOn)}</p>
${!isLive && html`<p class="hint">${t("applications.asleep")}</p>`}
${purposes.length > 0 && html`<div><h3>${t("consent.byItself")}</h3>${scopeList(view, purposes, words)}</div>`}
<form method="post" action="/account/applications/stop">${formField(visitor)}<button type="submit" name="client" value="${client.clientId}" class="quiet small danger" aria-describedby="${heading}">${t("applications.stop")}</button></form></li>`;
}
