import { type Fragment, type Html, html } from "../../platform/html.ts";
import type { Translate } from "../../platform/i18n.ts";

// Unicode noncharacters: no text holds them, so they can mark where a value goes.
const mark = "\uFDD0";

/**
 * A text whose `{{values}}` become markup of their own, each in a `<bdi>`: a name or an amount keeps its own
 * direction inside a sentence that runs the other way.
 *
 * @param count chooses the plural form; also available as `{{count}}`
 */
export function sentence(t: Translate, key: string, values: Readonly<Record<string, Fragment>>, count?: number): Html {
  const marked: Record<string, string | number> = count === undefined ? {} : { count };
  for (const name of Object.keys(values)) marked[name] = `${mark}${name}${mark}`;
  const text = t(key, marked);
  const parts = text.split(mark).map((part, i) => (i % 2 === 0 ? part : html`<bdi>${values[part]}</bdi>`));
  return html`${parts}`;
}
