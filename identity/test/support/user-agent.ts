/** A browser without a screen: keeps cookies by host and path, fills forms, follows redirects inside identity. */
export interface UserAgent {
  /** Asks for a page and follows redirects until one leaves `origin`. */
  open(url: string | URL, init?: RequestInit): Promise<Page>;
  /** Submits the page's form that has the fields given, with its hidden fields. */
  submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page>;
  readonly cookies: ReadonlyMap<string, string>;
}

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where the last redirect leads, when it leaves identity. */
  readonly leavesTo: URL | null;
}

const mostRedirects = 10;

export function createUserAgent(origin: string, headers: Readonly<Record<string, string>> = {}): UserAgent {
  const jar = new Map<string, string>();

  const send = async (url: URL, init: RequestInit): Promise<Response> => {
    const cookie = [...jar].flatMap(([key, value]) => cookieFor(key, value, url)).join("; ");
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: { accept: "text/html", ...headers, ...(init.headers as Record<string, string>), cookie },
    });
    for (const line of response.headers.getSetCookie()) keep(jar, url, line);
    return response;
  };

  const open = async (target: string | URL, init: RequestInit = {}): Promise<Page> => {
    let url = new URL(target);
    let request = init;
    for (let i = 0; i < mostRedirects; i += 1) {
      const response = await send(url, request);
      const location = response.headers.get("location");
      const text = await response.text();
      const page = { url, status: response.status, headers: response.headers, text };
      if (location === null) return { ...page, leavesTo: null };
      const next = new URL(location, url);
      if (next.origin !== origin) return { ...page, leavesTo: next };
      url = next;
      request = {};
    }
    throw new Error(`more than ${mostRedirects} redirects`);
  };

  return {
    open,
    submit: (page, fields) => {
      const { action, hidden } = formWith(page.text, Object.keys(fields));
      const body = new URLSearchParams({ ...hidden, ...fields });
      return open(new URL(action, page.url), { method: "POST", body });
    },
    cookies: jar,
  };
}

/** The first form on the page that has all of `names`. */
function formWith(text: string, names: readonly string[]): { action: string; hidden: Record<string, string> } {
  for (const [, head = "", body = ""] of text.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)) {
    const inputs = [...body.matchAll(/<(?:input|button|select|textarea)\b([^>]*)>/g)].map(
      ([, attributes = ""]) => attributes,
    );
    const found = inputs.map((attributes) => attribute(attributes, "name"));
    if (!names.every((name) => found.includes(name))) continue;
    const hidden = inputs.filter((attributes) => attribute(attributes, "type") === "hidden");
    return {
      action: attribute(head, "action"),
      hidden: Object.fromEntries(hidden.map((one) => [attribute(one, "name"), attribute(one, "value")])),
    };
  }
  throw new Error(`the page has no form with ${names.join(", ")}:\n${text}`);
}

function attribute(attributes: string, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
}

function keep(jar: Map<string, string>, url: URL, line: string): void {
  const [pair = "", ...attributes] = line.split(/;\s*/);
  const [name = "", value = ""] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
  const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? "/";
  const key = `${url.host} ${path} ${name}`;
  const expires = attributes.find((text) => /^expires=/i.test(text))?.slice(8);
  if (value === "" || (expires !== undefined && Date.parse(expires) <= Date.now())) jar.delete(key);
  else jar.set(key, value);
}

function cookieFor(key: string, value: string, url: URL): string[] {
  const [host, path = "/", name] = key.split(" ");
  const covers = url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
  return host === url.host && covers ? [`${name}=${value}`] : [];
}
