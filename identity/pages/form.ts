/** What all forms have in common: problems in one place in front, and beside each field. */
import { type Html, html } from "../../platform/html.ts";
import type { Translate } from "../../platform/i18n.ts";

/** A fault of a form: what is wrong, and the ID of the field at which it can be put right. */
export interface FormFault {
  readonly field: string;
  readonly message: string;
}

/** What is wrong, in one place in front of the form, linked to where it can be put right; takes the focus. */
export function faultSummary(title: string, faults: readonly FormFault[]): Html | null {
  if (faults.length === 0) return null;
  const entries = faults.map(({ field, message }) => html`<li><a href="#${field}">${message}</a></li>`);
  return html`<div class="summary" role="alert" tabindex="-1" autofocus><h2>${title}</h2><ul>${entries}</ul></div>`;
}

/** The fault of a field, to stand between its label and its input. */
export function fieldFault(field: string, message: string | undefined): Html | null {
  return message === undefined ? null : html`<p class="fault" id="${field}-fault">${message}</p>`;
}

/** The attributes that tie an input to its hint (`<field>-hint`) and its fault. */
export function describedBy(field: string, fault: string | undefined, hasHint: boolean): Html | null {
  const ids = [hasHint && `${field}-hint`, fault !== undefined && `${field}-fault`].filter((id) => id !== false);
  if (ids.length === 0) return null;
  return html` aria-describedby="${ids.join(" ")}"${fault !== undefined && html` aria-invalid="true"`}`;
}

/** The title of a page whose form is shown again because of faults (WCAG 2.2, 3.3.1). */
export function titleWithFaults(t: Translate, title: string, hasFaults: boolean): string {
  return hasFaults ? t("titleWithError", { title }) : title;
}
