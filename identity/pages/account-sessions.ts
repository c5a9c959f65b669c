/** Where she is signed in, and the way to end it there. */
import { type Html, html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout, formField } from "./account-layout.ts";
import type { View } from "./view.ts";
import { clientNames, device, moment, type NamedClient } from "./words.ts";

export interface ListedSession {
  /** By which the form names it; opens nothing. */
  readonly publicName: string;
  readonly isThisOne: boolean;
  readonly signedInAt: Date;
  readonly network: string | null;
  readonly userAgent: string | null;
  readonly clients: readonly NamedClient[];
}

export interface SessionsState {
  readonly sessions: readonly ListedSession[];
  /** Whether she has just ended some. */
  readonly ended: boolean;
}

export function sessionsPage(view: View, visitor: Visitor, { sessions, ended }: SessionsState): string {
  const { t } = view;
  const title = t("account.nav.sessions");
  const others = sessions.filter(({ isThisOne }) => !isThisOne);
  const main = html`<h1>${title}</h1>
${ended && html`<p class="notice" role="status">${t("sessions.ended")}</p>`}
<p class="lead">${t("sessions.lead")}</p>
<ul class="entries">${sessions.map((session) => entry(view, visitor, session))}</ul>
${others.length > 1 && endOthers(view, visitor)}
<p class="hint">${t("sessions.unknown")} <a href="/account/history">${t("account.nav.history")}</a></p>`;
  return accountLayout(view, { current: "sessions", title, visitor }, main);
}

function entry(view: View, visitor: Visitor, session: ListedSession): Html {
  const { t, language } = view;
  const { publicName, isThisOne, signedInAt, network, userAgent, clients } = session;
  return html`<li><h2 id="s-${publicName}">${device(view, userAgent)} ${isThisOne && html`<span class="tag">${t("sessions.thisOne")}</span>`}</h2>
<dl class="facts">
<dt>${t("sessions.since")}</dt><dd>${moment(language, signedInAt)}</dd>
${network !== null && html`<dt>${t("sessions.network")}</dt><dd><bdi dir="ltr">${network}</bdi></dd>`}
${clients.length > 0 && html`<dt>${t("sessions.clients")}</dt><dd>${clientNames(view, clients)}</dd>`}
</dl>
${!isThisOne && html`<form method="post" action="/account/sessions/end">${formField(visitor)}<button type="submit" name="session" value="${publicName}" class="quiet small danger" aria-describedby="s-${publicName}">${t("sessions.end")}</button></form>`}</li>`;
}

function endOthers({ t }: View, visitor: Visitor): Html {
  return html`<form method="post" action="/account/sessions/end-others">${formField(visitor)}<button type="submit" class="danger">${t("sessions.endOthers")}</button></form>`;
}
