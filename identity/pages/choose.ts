/** The page on which she chooses for whom she acts at a service. */
import { type Html, html } from "../../platform/html.ts";
import type { ActingRight } from "../delegation/acting-right.ts";
import { faultSummary, titleWithFaults } from "./form.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";
import { lastDayText } from "./words.ts";

export interface ChoiceRequest {
  /** How the client calls itself. */
  readonly client: string;
  /** The city's own services need no name. */
  readonly isCity: boolean;
  /** Her own name. */
  readonly self: string;
  readonly people: readonly ActingRight[];
  /** Whether she chose somebody for whom she may act no more. */
  readonly gone: boolean;
}

/** Herself first, then everybody for whom she may act, each with the reason and its end. */
export function choosePage(view: View, action: string, { client, isCity, self, people, gone }: ChoiceRequest): string {
  const { t } = view;
  const title = t("choose.title");
  const faults = gone ? [{ field: "self", message: t("choose.gone") }] : [];
  const main = html`<h1>${title}</h1>
<p class="lead">${isCity ? t("choose.lead") : t("choose.leadClient", { client: isolated(client) })}</p>
${faultSummary(t("choose.problem"), faults)}
<form method="post" action="${action}" class="people">
<button id="self" type="submit" name="person" value="self" class="person"><strong><bdi>${self}</bdi></strong> <span>${t("choose.self")}</span></button>
${people.map((right) => person(view, right))}
</form>
<p class="hint">${people.length > 0 ? t("choose.hint") : t("choose.nobody")}</p>
<form method="post" action="${action}"><input type="hidden" name="action" value="cancel"><input type="submit" class="quiet" value="${t("signIn.cancel")}"></form>`;
  return layout(view, titleWithFaults(t, title, gone), main);
}

function person(view: View, { rightId, kind, name, endsAt }: ActingRight): Html {
  const { t } = view;
  const until =
    endsAt !== null && html` <span>${t("choose.until", { date: lastDayText(view.language, endsAt) })}</span>`;
  return html`<button type="submit" name="person" value="${rightId}" class="person"><strong><bdi>${name}</bdi></strong> <span>${t(`delegation.kind.${kind}`)}</span>${until}</button>`;
}

/** Keeps a name's own direction of writing inside a sentence (Unicode FSI and PDI). */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
