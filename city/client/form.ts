/** Reads the sign-in form as a browser would fill it. */

/** A form on a page. */
export interface Form {
  /** Where it goes, relative to the page. */
  readonly action: string;
  /** The fields that are filled in already, the hidden ones among them. */
  readonly fields: ReadonlyMap<string, string>;
}

/** The form that asks for a login name and a password; undefined when the page has none. */
export function findSignInForm(page: string): Form | undefined {
  for (const [, head = "", body = ""] of page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)) {
    const inputs = [...body.matchAll(/<input\b([^>]*)>/gi)].map(([, attributes = ""]) => attributes);
    const fields = new Map(inputs.map((input) => [attribute(input, "name") ?? "", attribute(input, "value") ?? ""]));
    if (fields.has("login") && fields.has("password")) return { action: attribute(head, "action") ?? "", fields };
  }
  return undefined;
}

/** What the page says is wrong, as one line of text; undefined when it says nothing. */
export function findComplaint(page: string): string | undefined {
  const alert = /role="alert"[^>]*>(.*?)<\/div>/is.exec(page)?.[1];
  const sentences = [...(alert ?? "").matchAll(/<li>(.*?)<\/li>/gis)].map(([, item = ""]) =>
    decode(item.replace(/<[^>]*>/g, "")),
  );
  return sentences.length > 0 ? sentences.join(" ") : undefined;
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`, "i").exec(tag)?.[1];
  return value === undefined ? undefined : decode(value);
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (entity, name: string) => entities[name] ?? entity);
}
