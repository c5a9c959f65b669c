import { describe, expect, it } from "vitest";
import { chooseLanguage } from "../i18n.ts";

describe("the language of a page", () => {
  it("is the first wish that the city speaks", () => {
    expect(chooseLanguage([undefined, "fr ug", "en"], "kk")).toBe("ug");
  });

  it("is else the browser's best, by quality and by language alone", () => {
    expect(chooseLanguage([], "fr, en-GB;q=0.5, kk-KZ;q=0.8")).toBe("kk");
    expect(chooseLanguage([], "zh-TW")).toBe("zh-CN");
  });

  it("is else Chinese", () => {
    expect(chooseLanguage(["xx"], "fr")).toBe("zh-CN");
    expect(chooseLanguage([], undefined)).toBe("zh-CN");
    expect(chooseLanguage([], "*;;;")).toBe("zh-CN");
  });
});
