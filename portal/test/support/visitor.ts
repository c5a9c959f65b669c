/** A browser without JavaScript: keeps cookies, follows redirects only when told to. */
export class Visitor {
  /** Cookies by name, as browsers keep them for localhost: whatever the port. */
  readonly cookies = new Map<string, string>();
  /** Every address she was sent to, in order. */
  readonly seen: string[] = [];
  readonly #home: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(home: string, headers: Readonly<Record<string, string>> = {}) {
    this.#home = home;
    this.#headers = headers;
  }

  /** One request; redirects come back as they are. */
  async ask(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.#home);
    this.seen.push(url.href);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...this.#headers, ...(cookie && { cookie }), ...init.headers };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** One request and every redirect behind it. */
  async open(address: string, init: RequestInit = {}): Promise<Response> {
    let response = await this.ask(address, init);
    for (let hops = 0; response.status >= 301 && response.status <= 308; hops++) {
      if (hops === 20) throw new Error(`sent round in circles: ${this.seen.slice(-6).join(" -> ")}`);
      await response.body?.cancel();
      response = await this.ask(new URL(response.headers.get("location") ?? "", response.url).href);
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
    const value = pair.slice(pair.indexOf("=") + 1);
    const isOver = /max-age=0|expires=thu, 01 jan 1970/i.test(line);
    if (isOver) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
