/**
 * HTML that cannot be injected into: text becomes markup only through the `html` tag, and everything
 * interpolated into it is escaped unless it is itself `Html`.
 */

/** Finished markup. Only `html` makes it. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  static of(strings: TemplateStringsArray, values: readonly Fragment[]): Html {
    return new Html(strings.reduce((markup, text, i) => markup + render(values[i - 1]) + text));
  }

  toString(): string {
    return this.#markup;
  }
}

/** What a template may hold. `null`, `undefined` and `false` leave nothing. */
export type Fragment = Html | string | number | null | undefined | false | readonly Fragment[];

/** Builds markup; safe in element content and in quoted attribute values. */
export function html(strings: TemplateStringsArray, ...values: Fragment[]): Html {
  return Html.of(strings, values);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function render(value: Fragment): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (typeof value === "string" || typeof value === "number") {
    return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? character);
  }
  return value.map(render).join("");
}
