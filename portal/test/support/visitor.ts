const redirects = new Set([301, 302, 303, 307, 308]);

/** A browser without JavaScript: it keeps cookies and follows redirects as far as it is told to. */
export class Visitor {
  /** Cookies by name, as browsers keep them for localhost: whatever the port. */
  readonly cookies = new Map<string, string>();
  readonly #home: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(home: string, headers: Readonly<Record<string, string>> = {}) {
    this.#home = home;
    this.#headers = headers;
  }

  /** One request; a redirect comes back as it is. */
  async ask(address: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...this.#headers, ...(cookie && { cookie }) };
    const response = await fetch(new URL(address, this.#home), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** One request and every redirect behind it, but for one that leads to an address under `stopBefore`. */
  async open(address: string, stopBefore?: string): Promise<Response> {
    let response = await this.ask(address);
    for (let hops = 0; redirects.has(response.status); hops++) {
      const next = locationOf(response);
      if (stopBefore !== undefined && next.startsWith(stopBefore)) return response;
      if (hops === 20) throw new Error(`sent round in circles at ${next}`);
      response = await this.ask(next);
    }
    return response;
  }

  /** Sends a form. */
  submit(address: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    return this.ask(address, { method: "POST", body: new URLSearchParams(fields) });
  }

  #keep(line: string): void {
    const [pair = ""] = line.split(";");
    const name = pair.slice(0, pair.indexOf("="));
    const isOver = /max-age=0|expires=thu, 01 jan 1970/i.test(line);
    if (isOver) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(name.length + 1));
  }
}

/** Where a redirect leads. */
export function locationOf(response: Response): string {
  return new URL(response.headers.get("location") ?? "", response.url).href;
}
