/** What the pages of all services have in common, from the doctype to the language menu. */
import { type Html, html } from "../html.ts";
import { type Language, languageInfo, languages } from "../i18n.ts";

/** A page as a whole. */
export interface HtmlDocument {
  readonly language: Language;
  readonly title: string;
  /** Address of the service's own style sheet, which comes after `/base.css`. */
  readonly styleSheet: string;
  readonly body: Html;
}

/** The text of a document; what it loads is served by `serveAssets`. */
export function htmlDocument({ language, title, styleSheet, body }: HtmlDocument): string {
  const page = html`<html lang="${language}" dir="${languageInfo[language].dir}">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/fonts/noto-sans-arabic/index.css">
<link rel="stylesheet" href="/fonts/noto-sans-sc/index.css">
<link rel="stylesheet" href="/base.css">
<link rel="stylesheet" href="${styleSheet}">
</head>
<body>
${body}
</body>
</html>`;
  return `<!doctype html>\n${page}\n`;
}

/** The sign in front of the city's name: two leaves that make an open door. */
export const brandMark = html`<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9" fill="currentColor"/><path class="leaf" d="M15 7.5v17L8 22V10Z"/><path class="leaf far" d="M17.5 7.5 24 10v12l-6.5 2.5Z"/></svg>`;

/**
 * Every language by its own name, linked to this page in it.
 *
 * @param label what the menu is called in `current`
 * @param addressIn where this page is found in a language
 */
export function languageMenu(label: string, current: Language, addressIn: (language: Language) => string): Html {
  const entries = languages.map((tag) => {
    const { name, dir } = languageInfo[tag];
    return html`<li><a href="${addressIn(tag)}" lang="${tag}" hreflang="${tag}" dir="${dir}"${tag === current && html` aria-current="true"`}>${name}</a></li>`;
  });
  return html`<nav class="languages" aria-label="${label}"><ul>${entries}</ul></nav>`;
}
