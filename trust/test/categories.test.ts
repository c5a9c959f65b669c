import { describe, expect, it } from "vitest";
import { languages } from "../../platform/i18n.ts";
import { categories, isCategory } from "../categories.ts";

describe("the register of kinds of data", () => {
  it.each(languages)("calls each kind something else in %s", (language) => {
    const wordings = Object.values(categories).map((wording) => wording[language].trim());
    expect(wordings).not.toContain("");
    expect(new Set(wordings).size).toBe(wordings.length);
  });

  it("knows the kinds in it and nothing else, whatever every object has", () => {
    expect(Object.keys(categories).every(isCategory)).toBe(true);
    expect(["health", "health.secret", "constructor", "", undefined].some(isCategory)).toBe(false);
  });
});
