/** The frame of every page under /account: who is signed in, the way out, and the way to the other pages. */
import { type Html, html } from "../../platform/html.ts";
import { brandMark, htmlDocument, languageMenu } from "../../platform/web/document.ts";
import type { Visitor } from "../account/visitor.ts";
import { icons } from "./icons.ts";
import type { View } from "./view.ts";

/** The parts of the account; each has its name under `account.nav` and one line about it under `account.about`. */
export const accountSections = {
  overview: "/account",
  security: "/account/security",
  sessions: "/account/sessions",
  applications: "/account/applications",
  delegations: "/account/delegations",
  history: "/account/history",
  export: "/account/export",
  close: "/account/close",
} as const;

export type AccountSection = keyof typeof accountSections;

export interface AccountPage {
  /** The section that the page belongs to. */
  readonly current: AccountSection;
  /** The part of the document title that tells this page from others. */
  readonly title: string;
  readonly visitor: Pick<Visitor, "name" | "formToken">;
}

/** A whole account page around `main`, which begins with the `h1`. See assets/account.css for its building blocks. */
export function accountLayout(view: View, { current, title, visitor }: AccountPage, main: Html): string {
  const { language, inLanguage, t } = view;
  const body = html`<a class="skip" href="#main">${t("skip")}</a>
<header class="top"><div class="inner"><p class="brand">${brandMark}<span>${t("brand")}</span></p>
${inLanguage && languageMenu(t("language"), language, inLanguage)}
<div class="who"><p><span class="visually-hidden">${t("account.signedInAs")} </span><bdi>${visitor.name}</bdi></p>
<form method="post" action="/account/sign-out">${formField(visitor)}<button type="submit" class="quiet small">${t("account.signOut")}</button></form></div>
</div></header>
<div class="inner account">
<nav class="sections" aria-label="${t("account.title")}"><ul>${entries(view, current)}</ul></nav>
<main id="main" tabindex="-1">${current !== "overview" && backHome(view)}${main}</main>
</div>
<footer class="bottom inner"><p>${t("footer")}</p></footer>`;
  return htmlDocument({ language, title: `${title} · ${t("brand")}`, styleSheet: "/account.css", body });
}

/** Stands in for the navigation where there is no room for it. */
function backHome({ t }: View): Html {
  return html`<p class="back"><a href="${accountSections.overview}">${t("account.title")}</a></p>`;
}

/** The hidden field that every form of an account page sends (see `isFormOf`). */
export function formField({ formToken }: Pick<Visitor, "formToken">): Html {
  return html`<input type="hidden" name="form" value="${formToken}">`;
}

function entries({ t }: View, current: AccountSection): Html[] {
  return Object.entries(accountSections).map(([section, address]) => {
    const here = section === current && html` aria-current="page"`;
    return html`<li><a href="${address}"${here}>${icons[section as AccountSection]}<span>${t(`account.nav.${section}`)}</span></a></li>`;
  });
}
