/** Money, days and months as people of each language write them. */
import { type Html, html } from "../../platform/html.ts";
import type { Language } from "../../platform/i18n.ts";

/** An amount in the smallest unit of its currency (fen for CNY), ISO 4217 code. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** Each gives markup that keeps its own direction and that programs can read. */
export interface Format {
  money(money: Money): Html;
  /** A calendar day, `YYYY-MM-DD`. */
  day(day: string): Html;
  /** The day on which an instant (RFC 3339) falls in the city. */
  dayOf(instant: string): Html;
  /** A calendar month, `YYYY-MM`. */
  month(month: string): Html;
  /** Today, with its weekday. */
  today(now: Date): Html;
}

const cityTimeZone = "Asia/Shanghai";

/** Formats of `language`; in Chinese where this Node does not know the language. */
export function formatOf(language: Language): Format {
  const locales = [language, "zh-CN"];
  const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locales, options);
  const long = { year: "numeric", month: "long", day: "numeric" } as const;
  const day = dates({ ...long, timeZone: "UTC" });
  const cityDay = dates({ ...long, timeZone: cityTimeZone });
  const month = dates({ year: "numeric", month: "long", timeZone: "UTC" });
  const today = dates({ ...long, weekday: "long", timeZone: cityTimeZone });
  return {
    money: (money) => amount(locales, money),
    day: (text) => time(text, day.format(new Date(`${text}T00:00:00Z`))),
    dayOf: (text) => time(text, cityDay.format(new Date(text))),
    month: (text) => time(text, month.format(new Date(`${text}-01T00:00:00Z`))),
    today: (now) => time(isoDay.format(now), today.format(now)),
  };
}

// Swedish writes days as ISO 8601 does.
const isoDay = new Intl.DateTimeFormat("sv-SE", { timeZone: cityTimeZone });

function time(machine: string, human: string): Html {
  return html`<bdi><time datetime="${machine}">${human}</time></bdi>`;
}

function amount(locales: string[], { amount, currency }: Money): Html {
  // The citizen knows one yuan sign; the long form of other locales (CN¥) would only puzzle her.
  const format = new Intl.NumberFormat(locales, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return html`<bdi dir="ltr">${format.format(amount / 10 ** digits)}</bdi>`;
}
