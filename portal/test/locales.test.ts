import { readdirSync, readFileSync } from "node:fs";
import { buildSchema, isEnumType } from "graphql";
import { describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";

const portalFolder = new URL("../", import.meta.url);

/** The texts of a language by their whole key. */
function textsOf(language: string): Map<string, string> {
  const texts = new Map<string, string>();
  const collect = (value: unknown, path: string): void => {
    if (typeof value === "string") texts.set(path, value);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) collect(inner, path ? `${path}.${key}` : key);
    } else throw new TypeError(`${path} of ${language} is no text`);
  };
  collect(JSON.parse(readFileSync(new URL(`locales/${language}.json`, portalFolder), "utf8")), "");
  return texts;
}

const withoutPlural = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const keysOf = (language: string) => [...new Set([...textsOf(language).keys()].map(withoutPlural))].sort();
const placesIn = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

const source = readdirSync(portalFolder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("test"))
  .map((file) => readFileSync(new URL(file, portalFolder), "utf8"))
  .join("\n");

describe("the texts of the portal", () => {
  it.each(languages)("are all there in %s, with the same places for values", (language) => {
    const chinese = textsOf("zh-CN");
    expect(keysOf(language)).toEqual(keysOf("zh-CN"));
    for (const [key, text] of textsOf(language)) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe("");
      const original = chinese.get(key) ?? chinese.get(`${withoutPlural(key)}_other`) ?? "";
      expect(placesIn(text), key).toEqual(placesIn(original));
    }
  });

  it.each(languages)("have every plural form that %s knows", (language) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const texts = textsOf(language);
    const counted = [...texts.keys()].filter((key) => key !== withoutPlural(key)).map(withoutPlural);
    expect(counted.length).toBeGreaterThan(0);
    for (const key of counted)
      for (const form of forms) expect(texts.has(`${key}_${form}`), `${key}_${form}`).toBe(true);
  });

  it("are all used", () => {
    // A key stands in the source as it is, or its group does: `named(t, "health.kinds", …)`, t(`problem.${kind}.title`).
    const patterns = [...source.matchAll(/[`"]([\w.${}]+)[`"]/g)].map(([, key = ""]) => {
      const pattern = key.replaceAll(".", "\\.").replace(/\$\{\w+\}/g, "\\w+");
      return new RegExp(`^${pattern}(\\.[A-Z_]+)?$`);
    });
    const unused = keysOf("zh-CN").filter((key) => !patterns.some((pattern) => pattern.test(key)));
    expect(unused).toEqual([]);
  });

  it("name every value of the enums that the page shows", () => {
    const schema = buildSchema(readFileSync(new URL("../schema/supergraph.graphql", portalFolder), "utf8"), {
      assumeValid: true,
    });
    const groups = {
      CoverageStatus: "health.status",
      InsuranceScheme: "health.schemes",
      EncounterClass: "health.kinds",
      PensionStatus: "pension.status",
      PensionScheme: "pension.schemes",
      EmploymentStatus: "employment.status",
      UtilityService: "utilities.service",
    };
    const texts = textsOf("zh-CN");
    for (const [name, group] of Object.entries(groups)) {
      const type = schema.getType(name);
      if (!isEnumType(type)) throw new TypeError(`${name} is no enum`);
      for (const { name: value } of type.getValues()) expect(texts.has(`${group}.${value}`), value).toBe(true);
    }
  });
});
