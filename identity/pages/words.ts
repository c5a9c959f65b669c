/** Times, devices and clients as pages name them. */
import { type Html, html } from "../../platform/html.ts";
import type { Language } from "../../platform/i18n.ts";
import { deviceOf } from "../account/device.ts";
import { isCityClient } from "../provider/clients.ts";
import type { View } from "./view.ts";

const cityTimeZone = "Asia/Shanghai";

/** A moment in the city's time; in Chinese where this Node does not know the language. */
export function moment(language: Language, at: Date): Html {
  const format = { dateStyle: "long", timeStyle: "short", hourCycle: "h23", timeZone: cityTimeZone } as const;
  const text = new Intl.DateTimeFormat([language, "zh-CN"], format).format(at);
  return html`<bdi><time datetime="${at.toISOString()}">${text}</time></bdi>`;
}

/** A day of the city's calendar, given as YYYY-MM-DD. */
export function day(language: Language, date: string): Html {
  const format = { dateStyle: "long", timeZone: "UTC" } as const;
  const text = new Intl.DateTimeFormat([language, "zh-CN"], format).format(new Date(date));
  return html`<bdi><time datetime="${date}">${text}</time></bdi>`;
}

/** The last day of what ends at a moment, by the city's calendar: what ends at midnight has ended the day before. */
export function lastDayText(language: Language, endsAt: number): string {
  const format = { dateStyle: "long", timeZone: cityTimeZone } as const;
  return new Intl.DateTimeFormat([language, "zh-CN"], format).format(new Date(endsAt * 1000 - 1));
}

export function lastDay(language: Language, endsAt: number): Html {
  return html`<bdi>${lastDayText(language, endsAt)}</bdi>`;
}

/** Browser and system by their proper names. */
export function device({ t }: View, userAgent: string | null): Html {
  const { browser, system } = deviceOf(userAgent);
  const names = [browser, system].filter((name) => name !== null);
  return names.length === 0 ? html`${t("device.unknown")}` : html`<bdi dir="ltr">${names.join(" · ")}</bdi>`;
}

/** A client application as a citizen knows it. */
export interface NamedClient {
  readonly clientId: string;
  /** As it was registered, in the page's language where it says; null for the city's own, and for one that is gone. */
  readonly name: string | null;
}

/** The city's own clients have their names in the locale files, since they speak every language. */
export function clientName({ t }: View, client: NamedClient): Html {
  const { clientId, name } = client;
  return html`<bdi>${isCityClient(client) ? t(`client.${clientId}`) : (name ?? clientId)}</bdi>`;
}

/** "This, that and another", as the page's language puts it. */
export function clientNames(view: View, clients: readonly NamedClient[]): Html {
  const list = new Intl.ListFormat([view.language, "zh-CN"]);
  const names = clients.map((client) => clientName(view, client));
  const parts = list.formatToParts(names.map((_name, i) => String(i)));
  return html`${parts.map(({ type, value }) => (type === "element" ? names[Number(value)] : value))}`;
}
