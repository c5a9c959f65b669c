/** A cookie jar for one sign-in at one host. */

/** Keeps cookies as a browser does, as far as one host needs it (RFC 6265, 5.3 and 5.4). */
export interface CookieJar {
  /** Takes what a response sets. */
  take(from: URL, headers: Headers): void;
  /** The `Cookie` header for a request; empty when there is none to send. */
  header(to: URL): string;
}

interface Cookie {
  readonly value: string;
  readonly host: string;
  readonly path: string;
}

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    take(from, headers) {
      for (const line of headers.getSetCookie()) {
        const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
        const [name = "", value = ""] = splitOnce(pair, "=");
        const path = attributeOf(attributes, "path") ?? "/";
        const key = `${name};${from.hostname};${path}`;
        if (isOver(attributes)) cookies.delete(key);
        else cookies.set(key, { value: `${name}=${value}`, host: from.hostname, path });
      }
    },
    header: (to) =>
      [...cookies.values()]
        .filter(({ host, path }) => host === to.hostname && covers(path, to.pathname))
        .map(({ value }) => value)
        .join("; "),
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function attributeOf(attributes: readonly string[], wanted: string): string | undefined {
  return attributes.map((attribute) => splitOnce(attribute, "=")).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function isOver(attributes: readonly string[]): boolean {
  const age = attributeOf(attributes, "max-age");
  if (age !== undefined) return Number(age) <= 0;
  const expires = attributeOf(attributes, "expires");
  return expires !== undefined && Date.parse(expires) <= Date.now();
}

function covers(cookiePath: string, path: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith("/") ? cookiePath : `${cookiePath}/`);
}
