/** A client and a browser in one, as cheap as they can be: the bench shares the machine with what it measures. */
import { type KeyObject, randomBytes } from "node:crypto";
import { SignJWT } from "jose";
import { Client as Connection, type Dispatcher } from "undici";

/** A confidential client. */
export interface BenchClient {
  readonly id: string;
  readonly redirectUri: string;
  /** Proves who the client is. */
  readonly key: KeyObject;
  /** The key to which its tokens are bound. */
  readonly proofKey: KeyObject;
  readonly proofJwk: JsonWebKey;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A browser: one connection, its cookies, and the network that it comes from. */
export class Browser {
  readonly #origin: string;
  readonly #connection: Connection;
  readonly #cookies = new Map<string, string>();

  /** @param network a number from 0 to 60,000: each browser from a network of its own, as citizens are */
  constructor(origin: string, network: number) {
    this.#origin = origin;
    const localAddress = `127.${1 + Math.floor(network / 250)}.${1 + (network % 250)}.1`;
    const { port } = new URL(origin);
    this.#connection = new Connection(`http://127.0.0.1:${port}`, { localAddress });
  }

  async get(path: string): Promise<HttpAnswer> {
    return await this.#send("GET", path, {}, null);
  }

  async post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer> {
    const body = new URLSearchParams(form).toString();
    return await this.#send("POST", path, { ...headers, "content-type": "application/x-www-form-urlencoded" }, body);
  }

  /** Follows redirects as long as they stay at the provider; resolves to where they leave it, or to the last page. */
  async follow(
    answer: HttpAnswer,
  ): Promise<{ readonly answer: HttpAnswer; readonly left: URL | null; readonly path: string }> {
    let current = answer;
    let path = "/";
    for (let hops = 0; hops < 8; hops++) {
      const { location } = current.headers;
      if (typeof location !== "string") return { answer: current, left: null, path };
      const url = new URL(location, this.#origin);
      if (url.origin !== this.#origin) return { answer: current, left: url, path };
      path = url.pathname;
      current = await this.get(url.pathname + url.search);
    }
    throw new Error("the redirects do not end");
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #send(method: Dispatcher.HttpMethod, path: string, more: Record<string, string>, body: string | null) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { host: new URL(this.#origin).host, accept: "text/html,application/json", ...more };
    const sent = { path, method, headers: cookie === "" ? headers : { ...headers, cookie }, body };
    const answer = await this.#connection.request(sent);
    this.#keep(answer.headers["set-cookie"]);
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  #keep(lines: string | string[] | undefined): void {
    for (const line of [lines ?? []].flat()) {
      const [pair = ""] = line.split(";", 1);
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

const now = () => Math.floor(Date.now() / 1000);
const random = () => randomBytes(16).toString("base64url");

/** The parameters with which a client proves who it is (RFC 7523). */
export async function authenticationOf(client: BenchClient, issuer: string): Promise<Record<string, string>> {
  const claims = { iss: client.id, sub: client.id, aud: issuer, jti: random(), iat: now(), exp: now() + 60 };
  return {
    client_id: client.id,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await new SignJWT(claims).setProtectedHeader({ alg: "ES256" }).sign(client.key),
  };
}

/** A DPoP proof (RFC 9449). */
export async function proofOf(client: BenchClient, url: string, nonce: string | undefined): Promise<string> {
  const claims = { jti: random(), htm: "POST", htu: url, iat: now(), ...(nonce !== undefined && { nonce }) };
  const header = { alg: "ES256", typ: "dpop+jwt", jwk: client.proofJwk };
  return await new SignJWT(claims).setProtectedHeader(header).sign(client.proofKey);
}
