import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { languageInfo, languages } from "../../platform/i18n.ts";
import { formatOf } from "../pages/format.ts";
import { overview } from "./support/graph.ts";
import { startTestPortal, type TestPortal } from "./support/portal.ts";

let portal: TestPortal;

beforeAll(async () => {
  portal = await startTestPortal();
});
afterAll(() => portal.close());

async function languageOf(response: Response): Promise<string | undefined> {
  return /<html lang="([^"]+)" dir="(?:ltr|rtl)">/.exec(await response.text())?.[1];
}

describe("the language of a page", () => {
  it.each(languages)("is %s when the address asks for it, and stays so in the cookie", async (language) => {
    const visitor = portal.visitor({ "accept-language": "en" });
    const response = await visitor.ask(`/?lang=${language}`);
    const [line] = response.headers.getSetCookie();
    expect(line).toBe(`huimin_portal_language=${language}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax`);
    expect(await response.text()).toContain(`<html lang="${language}" dir="${languageInfo[language].dir}">`);
    expect(await languageOf(await visitor.ask("/"))).toBe(language);
    expect(await languageOf(await visitor.open("/sign-in"))).toBe(language);
  });

  it("is what the browser prefers, else Chinese, as long as nobody chose", async () => {
    expect(await languageOf(await portal.visitor({ "accept-language": "fr, kk-KZ;q=0.8, en;q=0.5" }).ask("/"))).toBe(
      "kk",
    );
    expect(await languageOf(await portal.visitor({ "accept-language": "fr" }).ask("/"))).toBe("zh-CN");
    expect(await languageOf(await portal.visitor().ask("/?lang=tlh"))).toBe("zh-CN");
    expect(await languageOf(await portal.visitor().ask("/?lang=ug&lang=kk"))).toBe("zh-CN");
  });

  it("is what the citizen told the register she prefers, unless she chose another here", async () => {
    portal.graph.answer = { data: { ...overview, citizen: { ...overview.citizen, preferredLanguage: "ug" } } };
    const visitor = portal.visitor({ "accept-language": "en" });
    expect(await languageOf(await visitor.open("/sign-in"))).toBe("ug");
    expect(await languageOf(await visitor.ask("/?lang=kk"))).toBe("kk");
    expect(await languageOf(await visitor.ask("/"))).toBe("kk");
  });

  it("can be changed on every page, and each choice is named in its own language", async () => {
    const visitor = portal.visitor();
    await visitor.open("/sign-in");
    const other = portal.visitor();
    for (const response of [await visitor.ask("/"), await other.ask("/"), await other.ask("/nowhere")]) {
      const page = await response.text();
      for (const language of languages) {
        const { name, dir } = languageInfo[language];
        expect(page).toMatch(
          new RegExp(
            `<a href="\\?lang=${language}" lang="${language}" hreflang="${language}" dir="${dir}"[^>]*>${name}</a>`,
          ),
        );
      }
      expect(page.match(/aria-current="true"/g)).toHaveLength(1);
    }
    expect(await (await other.ask("/callback")).text()).toContain('href="/?lang=ug"');
  });
});

describe("money, days and months", () => {
  const shown = (markup: object) => String(markup).replace(/<[^>]+>/g, "");
  // Spaces that keep a number together look like any other.
  const plain = (markup: object) => shown(markup).replace(/[\u00A0\u202F]/g, " ");

  it("are written as people of each language write them", () => {
    const examples = languages.map((language) => {
      const format = formatOf(language);
      const money = plain(format.money({ amount: 1_234_505, currency: "CNY" }));
      return [language, money, plain(format.day("2026-03-01")), plain(format.month("2026-03"))];
    });
    expect(examples).toEqual([
      ["zh-CN", "¥12,345.05", "2026年3月1日", "2026年3月"],
      ["ug", "¥12,345.05", "1-مارت، 2026", "2026 مارت"],
      ["kk", "12 345,05 ¥", "2026 ж. 1 наурыз", "2026 ж. наурыз"],
      ["en", "¥12,345.05", "March 1, 2026", "March 2026"],
    ]);
  });

  it("keep every fen of an amount, and every day its date for programs", () => {
    const amounts = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
    fc.assert(
      fc.property(amounts, fc.constantFrom(...languages), (amount, language) => {
        const digits = shown(formatOf(language).money({ amount, currency: "CNY" })).replace(/\D/g, "");
        expect(Number(digits)).toBe(Math.abs(amount));
      }),
    );
    const days = fc.date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(days, (date) => {
        const day = date.toISOString().slice(0, 10);
        const text = String(formatOf("zh-CN").day(day));
        const [year, month, dayOfMonth] = day.split("-").map(Number);
        expect(text).toBe(`<bdi><time datetime="${day}">${year}年${month}月${dayOfMonth}日</time></bdi>`);
      }),
    );
  });
});
