/** The provider that the modules question, and what a client and a browser can do with it. */
import { randomBytes } from "node:crypto";
import { type CryptoKey, createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import type { TestCitizen } from "../test/support/citizens.ts";
import { createUserAgent, type Page, type UserAgent } from "../test/support/user-agent.ts";
import { require, requireEqual } from "./verdict.ts";

/** A client as the suite's configuration has one: confidential, known by its key. */
export interface Client {
  readonly id: string;
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
  readonly key: CryptoKey;
}

/** What the modules of a plan run against. */
export interface ProviderUnderTest {
  readonly issuer: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly keys: JWTVerifyGetKey;
  readonly client: Client;
  readonly secondClient: Client;
  readonly citizen: TestCitizen;
  /** Logout tokens that reached the first client's back channel. */
  readonly logoutTokens: readonly string[];
}

/** Reads the provider's metadata and keys (OpenID Connect Discovery 1.0, 4). */
export async function discover(issuer: string): Promise<Pick<ProviderUnderTest, "metadata" | "keys">> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
  const metadata = (await answer.json()) as Record<string, unknown>;
  return { metadata, keys: createRemoteJWKSet(new URL(String(metadata.jwks_uri))) };
}

/** An address of the metadata. */
export function endpoint({ metadata }: ProviderUnderTest, name: string): string {
  const url = metadata[name];
  require(typeof url === "string", `the metadata have no ${name}`);
  return url;
}

export function randomText(bytes = 24): string {
  return randomBytes(bytes).toString("base64url");
}

/** Parameters over the standard ones; null leaves one out. */
export type Parameters = Readonly<Record<string, string | null>>;

/** Merges parameters and drops those that are null. */
export function merge(...parts: readonly Parameters[]): URLSearchParams {
  const merged = Object.assign({}, ...parts) as Parameters;
  return new URLSearchParams(
    Object.entries(merged).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}

/** A request for authorization and its way through the browser. */
export interface Authorization {
  readonly agent: UserAgent;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** The page that the browser ended on; its `leavesTo` is the callback. */
  readonly page: Page;
  /** Whether the citizen had to sign in. */
  readonly signedIn: boolean;
}

export interface AuthorizationOptions {
  readonly client?: Client;
  readonly agent?: UserAgent;
  /** Sends the request as a form (OpenID Connect Core 1.0, 3.1.2.1). */
  readonly post?: boolean;
}

/** Sends the citizen to the provider, where she signs in and allows what is asked. */
export async function authorize(
  op: ProviderUnderTest,
  parameters: Parameters = {},
  { client = op.client, agent = createUserAgent(op.issuer), post = false }: AuthorizationOptions = {},
): Promise<Authorization> {
  const [state, nonce, codeVerifier] = [randomText(), randomText(), randomText(32)];
  const request = merge(
    {
      client_id: client.id,
      redirect_uri: client.redirectUri,
      response_type: "code",
      scope: "openid",
      state,
      nonce,
      code_challenge: await challengeOf(codeVerifier),
      code_challenge_method: "S256",
    },
    parameters,
  );
  const address = endpoint(op, "authorization_endpoint");
  const first = post
    ? await agent.open(address, { method: "POST", body: request })
    : await agent.open(`${address}?${request}`);
  return { agent, state, nonce, codeVerifier, ...(await passPages(op, agent, first)) };
}

const mostPages = 4;

/** Does what a citizen does on the pages before the callback. */
export async function passPages(op: ProviderUnderTest, agent: UserAgent, first: Page) {
  let page = first;
  let signedIn = false;
  for (let i = 0; i < mostPages && page.leavesTo === null; i += 1) {
    if (page.text.includes('name="password"')) {
      page = await agent.submit(page, { login: op.citizen.residentId, password: op.citizen.password });
      signedIn = true;
    } else if (page.text.includes('value="allow"')) page = await agent.submit(page, { action: "allow" });
    else break;
  }
  return { page, signedIn };
}

/** PKCE, S256 (RFC 7636, 4.2). */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return Buffer.from(digest).toString("base64url");
}

/** What came back to the client; state and issuer (RFC 9207) are checked. @throws Failed */
export function callbackOf(op: ProviderUnderTest, { page, state }: Authorization): URLSearchParams {
  require(page.leavesTo !== null, `there is no callback, but a page with status ${page.status}`);
  const answer = page.leavesTo.searchParams;
  requireEqual(answer.get("state"), state, "state of the callback");
  requireEqual(answer.get("iss"), op.issuer, "iss of the callback");
  return answer;
}

/** The code of a callback. @throws Failed when there is an error instead */
export function codeOf(op: ProviderUnderTest, authorization: Authorization): string {
  const code = callbackOf(op, authorization).get("code");
  require(code !== null, `the callback has no code: ${authorization.page.leavesTo?.search}`);
  return code;
}

/** Claims over the standard ones of a token; undefined removes one. */
export type Claims = Readonly<Record<string, unknown>>;

/** The client's assertion of who it is (RFC 7523, 2.2). */
export async function assertionOf(
  op: ProviderUnderTest,
  client: Client,
  claims: Claims = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const standard = { iss: client.id, sub: client.id, aud: op.issuer, jti: randomText(), iat: now, exp: now + 60 };
  return await new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg: "ES256", ...header }).sign(client.key);
}

/** An answer in JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends a form of an authenticated client. */
export async function send(
  op: ProviderUnderTest,
  address: string,
  parameters: Parameters,
  client: Client = op.client,
): Promise<Answer> {
  const body = merge(
    {
      client_id: client.id,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: await assertionOf(op, client),
    },
    parameters,
  );
  return await answerOf(await fetch(address, { method: "POST", body }));
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, body };
}

/** Redeems the code of an authorization. */
export async function redeem(
  op: ProviderUnderTest,
  authorization: Authorization,
  parameters: Parameters = {},
  client: Client = op.client,
): Promise<Answer> {
  const request = {
    grant_type: "authorization_code",
    code: codeOf(op, authorization),
    redirect_uri: client.redirectUri,
    code_verifier: authorization.codeVerifier,
    ...parameters,
  };
  return await send(op, endpoint(op, "token_endpoint"), request, client);
}

/** Tokens that a client was given, the ID token checked. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly idToken: string;
  readonly claims: JWTPayload;
}

/** Checks an answer with tokens (OpenID Connect Core 1.0, 3.1.3.3 and 3.1.3.7). @throws Failed */
export async function tokensOf(
  op: ProviderUnderTest,
  answer: Answer,
  nonce: string | undefined,
  client: Client = op.client,
): Promise<Tokens> {
  const { status, body, headers } = answer;
  requireEqual(status, 200, `status of the token answer (${String(body.error_description ?? body.error ?? "")})`);
  require(headers.get("cache-control")?.includes("no-store") ?? false, "the token answer may be cached");
  const { access_token: accessToken, refresh_token: refreshToken, id_token: idToken } = body;
  require(typeof accessToken === "string" && typeof idToken === "string", "access_token or id_token is missing");
  const { payload } = await jwtVerify(idToken, op.keys, { issuer: op.issuer, audience: client.id });
  require(typeof payload.sub === "string" && payload.sub.length <= 255, "sub is missing or too long");
  require(payload.exp !== undefined && payload.iat !== undefined, "exp or iat is missing");
  requireEqual(payload.nonce, nonce, "nonce of the ID token");
  return {
    accessToken,
    refreshToken: typeof refreshToken === "string" ? refreshToken : null,
    idToken,
    claims: payload,
  };
}

/** A whole code flow. */
export async function codeFlow(
  op: ProviderUnderTest,
  parameters: Parameters = {},
  options: AuthorizationOptions = {},
): Promise<{ readonly authorization: Authorization; readonly tokens: Tokens }> {
  const authorization = await authorize(op, parameters, options);
  const nonce = parameters.nonce === null ? undefined : authorization.nonce;
  const answer = await redeem(op, authorization, {}, options.client);
  return { authorization, tokens: await tokensOf(op, answer, nonce, options.client) };
}

/** Claims of the UserInfo endpoint, by one of the ways in which a client may ask (RFC 6750, 2). */
export async function userInfo(
  op: ProviderUnderTest,
  accessToken: string,
  way: "get" | "post-header" | "post-body" = "get",
): Promise<Answer> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const requests: Record<typeof way, RequestInit> = {
    get: { headers },
    "post-header": { method: "POST", headers },
    "post-body": { method: "POST", body: new URLSearchParams({ access_token: accessToken }) },
  };
  return await answerOf(await fetch(endpoint(op, "userinfo_endpoint"), requests[way]));
}
