/** The form with which somebody lets another act for her, or for her company. */
import { type Html, html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { accountLayout, formField } from "./account-layout.ts";
import { describedBy, faultSummary, fieldFault, titleWithFaults } from "./form.ts";
import type { View } from "./view.ts";

export interface GivingFields {
  readonly name: string;
  readonly residentId: string;
  readonly scopes: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly lastDay: string;
}

/** What is wrong, by field; each has its text under `delegation.fault`. */
export interface GivingFaults {
  readonly name?: "missing" | "tooMany";
  readonly residentId?: "malformed" | "own";
  readonly scopes?: "missing";
  readonly lastDay?: "outside";
}

export interface GivingState {
  /** `self`, or the ID of a company. */
  readonly whom: string;
  readonly company: string | null;
  /** The parts of the graph to choose from. */
  readonly parts: readonly string[];
  readonly fields: GivingFields;
  readonly faults: GivingFaults;
  readonly first: string;
  readonly last: string;
}

export function givingPage(view: View, visitor: Visitor, state: GivingState): string {
  const { t } = view;
  const { whom, company, parts, fields, first, last } = state;
  const faults = messagesOf(view, state.faults);
  const title = t("delegation.giveTitle");
  const listed = Object.entries(faults).map(([field, message]) => ({ field, message }));
  const main = html`<h1>${title}</h1>
<p class="lead">${company === null ? t("delegation.giveLead") : t("delegation.giveLeadCompany", { name: `\u2068${company}\u2069` })}</p>
${faultSummary(t("delegation.giveProblem"), listed)}
<form method="post" action="/account/delegations/give" class="panel" novalidate>${formField(visitor)}<input type="hidden" name="for" value="${whom}">
<div class="field"><label for="name">${t("delegation.holderName")}</label>
<p class="hint" id="name-hint">${t("delegation.holderNameHint")}</p>
${fieldFault("name", faults.name)}
<input id="name" name="name" type="text" value="${fields.name}" autocomplete="off" spellcheck="false" maxlength="100" required${describedBy("name", faults.name, true)}></div>
<div class="field"><label for="residentId">${t("delegation.holderNumber")}</label>
${fieldFault("residentId", faults.residentId)}
<input id="residentId" name="residentId" type="text" dir="ltr" value="${fields.residentId}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="18" required${describedBy("residentId", faults.residentId, false)}></div>
${parts.length > 0 && choiceOfParts(view, parts, fields.scopes, faults.scopes)}
<div class="field"><label for="lastDay">${t("delegation.lastDay")}</label>
<p class="hint" id="lastDay-hint">${t("delegation.lastDayHint")}</p>
${fieldFault("lastDay", faults.lastDay)}
<input id="lastDay" name="lastDay" type="date" value="${fields.lastDay}" min="${first}" max="${last}" required${describedBy("lastDay", faults.lastDay, true)}></div>
<p class="warning">${t("delegation.never")}</p>
<button type="submit">${t("delegation.offer")}</button></form>
<p><a href="/account/delegations">${t("delegation.back")}</a></p>`;
  return accountLayout(
    view,
    { current: "delegations", title: titleWithFaults(t, title, listed.length > 0), visitor },
    main,
  );
}

function choiceOfParts(
  { t }: View,
  parts: readonly string[],
  chosen: readonly string[],
  fault: string | undefined,
): Html {
  const boxes = parts.map((scope, i) => {
    const id = i === 0 ? "scopes" : `scopes-${i}`;
    return html`<label class="check" for="${id}"><input id="${id}" type="checkbox" name="scopes" value="${scope}"${chosen.includes(scope) && html` checked`}> <span>${t(`delegation.part.${scope.replace(":read", "")}`)}</span></label>`;
  });
  return html`<fieldset${fault !== undefined && html` aria-describedby="scopes-fault"`}><legend>${t("delegation.choosePart")}</legend>${fieldFault("scopes", fault)}${boxes}</fieldset>`;
}

function messagesOf({ t }: View, faults: GivingFaults): { readonly [Field in keyof GivingFaults]: string } {
  return {
    ...(faults.name && { name: t(`delegation.nameFault.${faults.name}`) }),
    ...(faults.residentId && { residentId: t(`delegation.numberFault.${faults.residentId}`) }),
    ...(faults.scopes && { scopes: t("delegation.partMissing") }),
    ...(faults.lastDay && { lastDay: t("delegation.dayOutside") }),
  };
}
