/** The parts that every department's card is made of. */
import { type Fragment, type Html, html } from "../../platform/html.ts";
import type { Translate } from "../../platform/i18n.ts";
import type { Format } from "../pages/format.ts";
import { icons } from "../pages/icons.ts";

export type Department = "health" | "pension" | "employment" | "utilities";

/** A department's card, or that of the companies. */
export type Card = Department | "suppliers";

/** What a card is written with. */
export interface Writing {
  readonly t: Translate;
  readonly format: Format;
}

/** How a status looks: all is well, take note, act, or neither. */
export type Tone = "good" | "note" | "act" | "plain";

export interface Chip {
  readonly tone: Tone;
  readonly label: string;
}

/** A card; `chip` says in a word how things stand. */
export function card(t: Translate, name: Card, chip: Chip | null, body: Fragment): Html {
  return html`<article class="card ${name}" aria-labelledby="${name}">
<header><span class="badge">${icons[name]}</span><div class="heading"><h2 id="${name}">${t(`${name}.title`)}</h2>${chip && html`<span class="chip ${chip.tone}">${chip.label}</span>`}</div></header>
${body}
</article>`;
}

/** The card of a department that does not answer. */
export function unavailableCard(t: Translate, department: Department): Html {
  return card(t, department, null, html`<p class="unavailable">${t("overview.unavailable")}</p>`);
}

/** The card of a department whose data are kept from whoever acts for the citizen. */
export function privateCard(t: Translate, department: Department): Html {
  return card(t, department, null, keptPrivate(t));
}

/** Stands where something is that the reader is not told. */
export function keptPrivate(t: Translate): Html {
  return html`<p class="private">${icons.own}${t("overview.keptPrivate")}</p>`;
}

/** A card on which there is nothing but a sentence. */
export function words(text: string): Html {
  return html`<p class="words">${text}</p>`;
}

export type Row = readonly [label: string, value: Html];

/** What the citizen most wants to know, large, and the rest of it below. */
export function facts(main: Row | null, rows: readonly (Row | null)[]): Html {
  const [label, value] = main ?? [];
  return html`<dl>${value && html`<div class="main"><dt>${label}</dt><dd>${value}</dd></div>`}${rows.map(
    (row) => row && html`<div><dt>${row[0]}</dt><dd>${row[1]}</dd></div>`,
  )}</dl>`;
}

/** A word that a department wrote, in a script and direction of its own. */
export function own(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

/** The text of an enum value; "other" for one that the graph learned after this portal was built. */
export function named(t: Translate, group: string, value: string): string {
  return t([`${group}.${value}`, "unknown"]);
}
