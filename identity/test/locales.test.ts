import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";

type Texts = { readonly [key: string]: string | Texts };

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const localeOf = (language: string) => flatten(JSON.parse(read(`locales/${language}.json`)) as Texts);

function flatten(texts: Texts, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]): [string, string][] =>
      typeof value === "string" ? [[prefix + key, value]] : [...flatten(value, `${prefix}${key}.`)],
    ),
  );
}

const sources = ["pages", "interaction", "provider", "messages"]
  .flatMap((folder) => readdirSync(new URL(`../${folder}`, import.meta.url)).map((file) => read(`${folder}/${file}`)))
  .join("\n");
/** What stands in `t("…")`, and in `t(`…`)` with `*` for what is filled in. */
const used = [...sources.matchAll(/\bt\(\s*(?:"([^"]+)"|`([^`]+)`)/g)].map(([, plain, template]) =>
  (plain ?? template ?? "").replace(/\$\{[^}]*\}/g, "*"),
);

describe("the texts of the pages", () => {
  const chinese = localeOf("zh-CN");

  it.each(languages)("are complete in %s, with the same values to fill in", (language) => {
    const texts = localeOf(language);
    expect([...texts.keys()].sort()).toEqual([...chinese.keys()].sort());
    for (const [key, text] of texts) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe("");
      expect(text.match(/\{\{\w+\}\}/g) ?? [], key).toEqual(chinese.get(key)?.match(/\{\{\w+\}\}/g) ?? []);
    }
  });

  it("are all shown somewhere, and none is asked for that does not exist", () => {
    const patterns = used.map((key) => new RegExp(`^${key.replaceAll(".", "\\.").replaceAll("*", "[^.]+")}$`));
    const unused = [...chinese.keys()].filter((key) => !patterns.some((pattern) => pattern.test(key)));
    const unknown = patterns.filter((pattern) => ![...chinese.keys()].some((key) => pattern.test(key)));
    expect({ unused, unknown }).toEqual({ unused: [], unknown: [] });
  });

  it("are written in the script of their language", () => {
    const script = { "zh-CN": /\p{Script=Han}/u, ug: /\p{Script=Arabic}/u, kk: /\p{Script=Cyrillic}/u, en: /[a-z]/i };
    for (const language of languages) {
      for (const [key, text] of localeOf(language)) expect(text, `${language} ${key}`).toMatch(script[language]);
    }
  });

  it("use the Uyghur letters of the standard, not their Arabic or Persian look-alikes", () => {
    for (const [key, text] of localeOf("ug")) expect(text, key).not.toMatch(/[\u0629\u0647\u06a9\u06cc]/u);
  });
});
