import { type Html, html } from "../../platform/html.ts";
import { languageInfo, languages } from "../../platform/i18n.ts";
import type { View } from "./view.ts";

/** A whole page around `main`. `title` is the part of the document title that tells this page from others. */
export function layout(view: View, title: string, main: Html): string {
  const { language, t } = view;
  const page = html`<html lang="${language}" dir="${languageInfo[language].dir}">
<head>
<meta charset="utf-8">
<title>${title} · ${t("brand")}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/fonts/noto-sans-arabic/index.css">
<link rel="stylesheet" href="/fonts/noto-sans-sc/index.css">
<link rel="stylesheet" href="/base.css">
<link rel="stylesheet" href="/styles.css">
</head>
<body>
<a class="skip" href="#main">${t("skip")}</a>
<header class="top"><div class="inner">
<a class="brand" href="/">${brandMark}<span>${t("brand")}</span></a>
${languageMenu(view)}
${view.formToken !== null && signOutForm(view, view.formToken)}
</div></header>
<main id="main" class="inner" tabindex="-1">${main}</main>
<footer class="bottom"><div class="inner"><p>${t("footer")}</p></div></footer>
</body>
</html>`;
  return `<!doctype html>\n${page}\n`;
}

// Two leaves that make an open door.
const brandMark = html`<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9" fill="currentColor"/><path d="M15 7.5v17L8 22V10Z" fill="#fff"/><path d="M17.5 7.5 24 10v12l-6.5 2.5Z" fill="#fff" fill-opacity=".6"/></svg>`;

function languageMenu({ language, here, t }: View): Html {
  const entries = languages.map((tag) => {
    const current = tag === language && html` aria-current="true"`;
    return html`<li><a href="${here}?lang=${tag}" lang="${tag}" hreflang="${tag}" dir="${languageInfo[tag].dir}"${current}>${languageInfo[tag].name}</a></li>`;
  });
  return html`<nav class="languages" aria-label="${t("language")}"><ul>${entries}</ul></nav>`;
}

function signOutForm({ t }: View, formToken: string): Html {
  return html`<form class="sign-out" method="post" action="/sign-out"><input type="hidden" name="form" value="${formToken}"><button type="submit" class="quiet">${t("signOut")}</button></form>`;
}
