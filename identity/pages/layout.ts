import { type Html, html } from "../../platform/html.ts";
import { brandMark, htmlDocument, languageMenu } from "../../platform/web/document.ts";
import type { View } from "./view.ts";

/** A whole page around `main`. `title` is the part of the document title that tells this page from others. */
export function layout(view: View, title: string, main: Html): string {
  const { language, inLanguage, t } = view;
  const menu = inLanguage && languageMenu(t("language"), language, inLanguage);
  const body = html`<a class="skip" href="#main">${t("skip")}</a>
<header class="top"><div class="inner"><p class="brand">${brandMark}<span>${t("brand")}</span></p>${menu}</div></header>
<main id="main" class="inner" tabindex="-1"><div class="card">${main}</div></main>
<footer class="bottom inner"><p>${t("footer")}</p></footer>`;
  return htmlDocument({ language, title: `${title} · ${t("brand")}`, styleSheet: "/identity.css", body });
}
