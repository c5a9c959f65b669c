/** The languages of the city, and texts in them from the JSON files of a `locales` folder. */
import { readFileSync } from "node:fs";
import { createInstance, type TFunction } from "i18next";
import Negotiator from "negotiator";

/** BCP 47 tags; the first is the fallback. */
export const languages = ["zh-CN", "ug", "kk", "en"] as const;

export type Language = (typeof languages)[number];

/** How a language calls itself, and which way it is written. */
export const languageInfo: Readonly<Record<Language, { readonly name: string; readonly dir: "ltr" | "rtl" }>> = {
  "zh-CN": { name: "中文", dir: "ltr" },
  ug: { name: "ئۇيغۇرچە", dir: "rtl" },
  kk: { name: "Қазақша", dir: "ltr" },
  en: { name: "English", dir: "ltr" },
};

export type Translate = TFunction;

/**
 * Loads `<language>.json` for every language of the city.
 *
 * @returns a function that gives the translator of one language. Texts come back unescaped: the
 *   `html` tag escapes them where they are shown. A missing key throws.
 */
export function loadTexts(folder: URL): (language: Language) => Translate {
  const resources = Object.fromEntries(
    languages.map((language) => {
      const texts: unknown = JSON.parse(readFileSync(new URL(`${language}.json`, folder), "utf8"));
      return [language, { translation: texts as Record<string, string> }];
    }),
  );
  const i18n = createInstance();
  void i18n.init({
    resources,
    fallbackLng: false,
    supportedLngs: languages,
    load: "currentOnly",
    initAsync: false,
    interpolation: { escapeValue: false },
    saveMissing: true,
    missingKeyHandler: (tags, _namespace, key) => {
      throw new Error(`no text ${key} in ${tags.join(", ")}`);
    },
  });
  return (language) => i18n.getFixedT(language);
}

/** True for the tags in `languages`. */
export function isLanguage(tag: unknown): tag is Language {
  return languages.some((language) => language === tag);
}

/**
 * The language to speak: the first wish that the city knows (a choice, a cookie, `ui_locales`), else
 * the best of `Accept-Language` (RFC 9110, 12.5.4), else Chinese.
 */
export function chooseLanguage(wishes: readonly (string | undefined)[], acceptLanguage: string | undefined): Language {
  const wish = wishes.flatMap((tags) => tags?.split(" ") ?? []).find(isLanguage);
  if (wish) return wish;
  const negotiator = new Negotiator({ headers: { "accept-language": acceptLanguage ?? "" } });
  const primary = new Map(languages.map((tag) => [tag.split("-", 1)[0] as string, tag]));
  for (const tag of negotiator.languages()) {
    const match = primary.get(tag.toLowerCase().split("-", 1)[0] ?? "");
    if (match) return match;
  }
  return languages[0];
}
