import { type Html, html } from "../../platform/html.ts";
import { brandMark, htmlDocument, languageMenu } from "../../platform/web/document.ts";
import { sentence } from "./sentence.ts";
import type { PersonActedFor, View } from "./view.ts";

/** A whole page around `main`. `title` is the part of the document title that tells this page from others. */
export function layout(view: View, title: string, main: Html): string {
  const { language, here, t } = view;
  const body = html`<a class="skip" href="#main">${t("skip")}</a>
<header class="top"><div class="inner">
<a class="brand" href="/">${brandMark}<span>${t("brand")}</span></a>
${languageMenu(t("language"), language, (tag) => `${here}?lang=${tag}`)}
${view.formToken !== null && html`${view.actingFor === null && html`<a class="account" href="${choosePersonPath}">${t("acting.begin")}</a>`}<a class="account" href="/account">${t("account")}</a>${buttonForm("/sign-out", view.formToken, t("signOut"))}`}
</div></header>
${view.actingFor && actingBanner(view, view.actingFor)}
<main id="main" class="inner" tabindex="-1">${main}</main>
<footer class="bottom"><div class="inner"><p>${t("footer")}</p></div></footer>`;
  return htmlDocument({ language, title: `${title} · ${t("brand")}`, styleSheet: "/styles.css", body });
}

/** Where she says for whom she acts. */
const choosePersonPath = "/sign-in?person=choose";

/** Stands on every page, so that nobody takes another's matters for her own. */
function actingBanner({ t, formToken }: View, { name }: PersonActedFor): Html {
  const words = name === null ? t("acting.forSomebody") : sentence(t, "acting.for", { name });
  return html`<section class="acting" aria-label="${t("acting.label")}"><div class="inner"><p>${words}</p>
<div class="ways">${formToken !== null && buttonForm("/own-matters", formToken, t("acting.end"))}<a href="${choosePersonPath}">${t("acting.change")}</a></div></div></section>`;
}

/** One button that only a page of this session can have. */
function buttonForm(action: string, formToken: string, label: string): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="form" value="${formToken}"><button type="submit" class="quiet">${label}</button></form>`;
}
