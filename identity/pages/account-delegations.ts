/** For whom she may act, who may act for her, and what she has been offered. */
import { type Html, html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import type { ActingRight, Guardian } from "../delegation/acting-right.ts";
import type { ListedDelegation } from "../delegation/delegations.ts";
import type { Giver } from "../delegation/giver.ts";
import { accountLayout, formField } from "./account-layout.ts";
import type { View } from "./view.ts";
import { lastDay } from "./words.ts";

export interface DelegationsState {
  readonly mine: readonly ActingRight[];
  readonly offers: readonly ListedDelegation[];
  readonly given: readonly ListedDelegation[];
  readonly guardians: readonly Guardian[];
  readonly giver: Giver;
  /** What she has just done. */
  readonly done: "offered" | "accepted" | "ended" | "gone" | null;
}

export function delegationsPage(view: View, visitor: Visitor, state: DelegationsState): string {
  const { t } = view;
  const { mine, offers, given, guardians, giver, done } = state;
  const title = t("account.nav.delegations");
  const main = html`<h1>${title}</h1>
${done !== null && html`<p class="notice" role="status">${t(`delegation.done.${done}`)}</p>`}
${
  offers.length > 0 &&
  section(
    t("delegation.offers"),
    t("delegation.offersLead"),
    offers.map((one) => offer(view, visitor, one)),
  )
}
${section(
  t("delegation.mine"),
  mine.length === 0 ? t("delegation.mineNone") : t("delegation.mineLead"),
  mine.map((right) => mayActFor(view, visitor, right)),
)}
${section(
  t("delegation.given"),
  given.length + guardians.length === 0 ? t("delegation.givenNone") : t("delegation.givenLead"),
  [...guardians.map((one) => guardian(view, one)), ...given.map((one) => actsForHer(view, visitor, one))],
)}
${waysToGive(view, giver)}`;
  return accountLayout(view, { current: "delegations", title, visitor }, main);
}

function section(title: string, lead: string, entries: readonly Html[]): Html {
  return html`<h2>${title}</h2><p class="lead">${lead}</p>${entries.length > 0 && html`<ul class="entries">${entries}</ul>`}`;
}

function mayActFor(view: View, visitor: Visitor, { rightId, kind, name, scopes, endsAt }: ActingRight): Html {
  const { t } = view;
  return html`<li><h3 id="d-${rightId}"><bdi>${name}</bdi></h3>
<dl class="facts"><dt>${t("delegation.basis")}</dt><dd>${t(`delegation.kind.${kind}`)}</dd>
${scopes !== null && scopes.length > 0 && fact(t("delegation.parts"), parts(view, scopes))}
${endsAt !== null && fact(t("delegation.lastDay"), lastDay(view.language, endsAt))}</dl>
${scopes !== null && endForm(view, visitor, rightId, t("delegation.giveBack"))}</li>`;
}

function offer(
  view: View,
  visitor: Visitor,
  { delegationId, kind, principalName, scopes, endsAt }: ListedDelegation,
): Html {
  const { t } = view;
  return html`<li><h3 id="d-${delegationId}"><bdi>${principalName}</bdi></h3>
<dl class="facts"><dt>${t("delegation.basis")}</dt><dd>${t(`delegation.kind.${kind}`)}</dd>
${scopes.length > 0 && fact(t("delegation.parts"), parts(view, scopes))}
${fact(t("delegation.lastDay"), lastDay(view.language, endsAt))}</dl>
<div class="actions"><form method="post" action="/account/delegations/accept">${formField(visitor)}<button type="submit" name="delegation" value="${delegationId}" class="small" aria-describedby="d-${delegationId}">${t("delegation.accept")}</button></form>
${endForm(view, visitor, delegationId, t("delegation.decline"))}</div></li>`;
}

function actsForHer(view: View, visitor: Visitor, given: ListedDelegation): Html {
  const { t } = view;
  const { delegationId, kind, holderName, principalName, scopes, accepted, endsAt } = given;
  return html`<li><h3 id="d-${delegationId}"><bdi>${holderName}</bdi> ${!accepted && html`<span class="tag">${t("delegation.waiting")}</span>`}</h3>
<dl class="facts">${kind === "company-representative" && fact(t("delegation.company"), html`<bdi>${principalName}</bdi>`)}
${scopes.length > 0 && fact(t("delegation.parts"), parts(view, scopes))}
${fact(t("delegation.lastDay"), lastDay(view.language, endsAt))}</dl>
${endForm(view, visitor, delegationId, t("delegation.takeBack"))}</li>`;
}

/** What the register says, she cannot change here. */
function guardian(view: View, { name, kind, endsAt }: Guardian): Html {
  const { t } = view;
  return html`<li><h3><bdi>${name}</bdi></h3>
<dl class="facts">${fact(t("delegation.basis"), t(`delegation.kind.${kind}`))}
${endsAt !== null && fact(t("delegation.lastDay"), lastDay(view.language, endsAt))}</dl></li>`;
}

function fact(name: string, value: Html | string): Html {
  return html`<dt>${name}</dt><dd>${value}</dd>`;
}

/** The parts of the graph, each in plain words. */
function parts({ t }: View, scopes: readonly string[]): Html {
  return html`<ul>${scopes.map((scope) => html`<li>${t(`delegation.part.${scope.replace(":read", "")}`)}</li>`)}</ul>`;
}

function endForm(_view: View, visitor: Visitor, delegationId: string, label: string): Html {
  return html`<form method="post" action="/account/delegations/end">${formField(visitor)}<button type="submit" name="delegation" value="${delegationId}" class="quiet small danger" aria-describedby="d-${delegationId}">${label}</button></form>`;
}

function waysToGive({ t }: View, { isElderly, companies }: Giver): Html {
  const ofCompanies = companies.map(
    ({ companyId, name }) =>
      html`<a class="button" href="/account/delegations/give?for=${companyId}">${t("delegation.giveFor", { name: `\u2068${name}\u2069` })}</a>`,
  );
  const own = isElderly && html`<a class="button" href="/account/delegations/give">${t("delegation.giveOwn")}</a>`;
  if (!isElderly && companies.length === 0) return html`<p class="hint">${t("delegation.whoMayGive")}</p>`;
  return html`<div class="actions">${own}${ofCompanies}</div>`;
}
