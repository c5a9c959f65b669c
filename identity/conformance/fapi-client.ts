/** A client of the FAPI 2.0 Security Profile: pushes its requests, proves possession of a key, asks for a nonce. */
import { createHash } from "node:crypto";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { createUserAgent, type UserAgent } from "../test/support/user-agent.ts";
import {
  type Answer,
  type Authorization,
  answerOf,
  assertionOf,
  type Claims,
  type Client,
  challengeOf,
  codeOf,
  endpoint,
  merge,
  type Parameters,
  type ProviderUnderTest,
  passPages,
  randomText,
  type Tokens,
  tokensOf,
} from "./provider-under-test.ts";
import { require, requireEqual } from "./verdict.ts";

/** A key that a client proves to have (RFC 9449). */
export interface ProofKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function newProofKey(alg: "ES256" | "EdDSA" | "RS256" = "ES256"): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, publicJwk: await exportJWK(publicKey) };
}

/** What is proved, and what may be wrong with it. */
export interface Proof {
  readonly key: ProofKey;
  /** Merged over the claims; undefined removes one. */
  readonly claims?: Claims;
  /** Merged over the header. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A DPoP proof (RFC 9449, 4.2). */
export async function proofOf(
  { key, claims = {}, header = {} }: Proof,
  method: string,
  url: string,
  more: { readonly nonce?: string | null; readonly accessToken?: string } = {},
): Promise<string> {
  const { nonce, accessToken } = more;
  const payload: JWTPayload = {
    jti: randomText(),
    htm: method,
    htu: url,
    iat: Math.floor(Date.now() / 1000),
    ...(nonce && { nonce }),
    ...(accessToken !== undefined && { ath: createHash("sha256").update(accessToken).digest("base64url") }),
    ...claims,
  };
  const protectedHeader = { alg: "ES256", typ: "dpop+jwt", jwk: key.publicJwk, ...header };
  return await new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key.privateKey);
}

/** Overrides of a client's assertion of who it is; null for none at all. */
export type Assertion = {
  readonly claims?: Claims;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: CryptoKey;
} | null;

export interface FormOptions {
  readonly client?: Client;
  /** The proof that goes with the request; null for none. */
  readonly proof?: Proof | null;
  readonly assertion?: Assertion;
}

/** Sends a form; asks again with the nonce when the provider wants one (RFC 9449, 8). */
export async function sendForm(
  op: ProviderUnderTest,
  address: string,
  parameters: Parameters,
  options: FormOptions = {},
): Promise<Answer> {
  const first = await sendOnce(op, address, parameters, options, null);
  const nonce = first.headers.get("dpop-nonce");
  if (first.body.error !== "use_dpop_nonce" || nonce === null) return first;
  return await sendOnce(op, address, parameters, options, nonce);
}

async function sendOnce(
  op: ProviderUnderTest,
  address: string,
  parameters: Parameters,
  { client = op.client, proof = null, assertion = {} }: FormOptions,
  nonce: string | null,
): Promise<Answer> {
  const signer = { ...client, key: assertion?.key ?? client.key };
  const authentication = assertion && {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await assertionOf(op, signer, assertion?.claims, assertion?.header),
  };
  const body = merge({ client_id: client.id }, authentication ?? {}, parameters);
  const headers = proof ? { dpop: await proofOf(proof, "POST", address, { nonce }) } : {};
  return await answerOf(await fetch(address, { method: "POST", body, headers }));
}

/** A request for authorization that was pushed. */
export interface Pushed {
  readonly answer: Answer;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Pushes a request for authorization (RFC 9126). */
export async function push(
  op: ProviderUnderTest,
  parameters: Parameters = {},
  options: FormOptions = {},
): Promise<Pushed> {
  const { client = op.client } = options;
  const [state, nonce, codeVerifier] = [parameters.state ?? randomText(), randomText(), randomText(32)];
  const request = {
    redirect_uri: client.redirectUri,
    response_type: "code",
    scope: "openid",
    state,
    nonce,
    code_challenge: await challengeOf(codeVerifier),
    code_challenge_method: "S256",
    ...parameters,
  };
  const answer = await sendForm(op, endpoint(op, "pushed_authorization_request_endpoint"), request, options);
  return { answer, state, nonce, codeVerifier };
}

/** The request URI of a push that went well. @throws Failed */
export function requestUriOf({ answer }: Pushed): string {
  requireEqual(answer.status, 201, `status of the pushed request (${String(answer.body.error_description ?? "")})`);
  const { request_uri: requestUri, expires_in: expiresIn } = answer.body;
  require(typeof requestUri === "string", "there is no request_uri");
  require(typeof expiresIn === "number" && expiresIn < 600, "expires_in is missing or 600 seconds or more");
  return requestUri;
}

/** Where a pushed request begins in the browser. */
export function authorizationUrl(op: ProviderUnderTest, requestUri: string, client: Client = op.client): string {
  return `${endpoint(op, "authorization_endpoint")}?${merge({ client_id: client.id, request_uri: requestUri })}`;
}

/** Sends the citizen through a pushed request. */
export async function authorizePushed(
  op: ProviderUnderTest,
  pushed: Pushed,
  client: Client = op.client,
  agent: UserAgent = createUserAgent(op.issuer),
): Promise<Authorization> {
  const first = await agent.open(authorizationUrl(op, requestUriOf(pushed), client));
  const { state, nonce, codeVerifier } = pushed;
  return { agent, state, nonce, codeVerifier, ...(await passPages(op, agent, first)) };
}

/** Pushes and sends the citizen through. */
export async function authorizeByPush(
  op: ProviderUnderTest,
  parameters: Parameters = {},
  options: FormOptions = {},
): Promise<Authorization> {
  return await authorizePushed(op, await push(op, parameters, options), options.client);
}

/** Redeems a code with a proof of possession. */
export async function redeemBound(
  op: ProviderUnderTest,
  authorization: Authorization,
  options: FormOptions,
  parameters: Parameters = {},
): Promise<Answer> {
  const { client = op.client } = options;
  const request = {
    grant_type: "authorization_code",
    code: codeOf(op, authorization),
    redirect_uri: client.redirectUri,
    code_verifier: authorization.codeVerifier,
    ...parameters,
  };
  return await sendForm(op, endpoint(op, "token_endpoint"), request, options);
}

/** A whole flow of the profile; its access token is bound to `key`. */
export async function fapiFlow(
  op: ProviderUnderTest,
  parameters: Parameters = {},
  { client = op.client, key }: { readonly client?: Client; readonly key?: ProofKey } = {},
): Promise<{ readonly authorization: Authorization; readonly tokens: Tokens; readonly key: ProofKey }> {
  const proofKey = key ?? (await newProofKey());
  const authorization = await authorizeByPush(op, parameters, { client });
  const answer = await redeemBound(op, authorization, { client, proof: { key: proofKey } });
  requireEqual(String(answer.body.token_type).toLowerCase(), "dpop", "token_type");
  const nonce = "nonce" in parameters ? (parameters.nonce ?? undefined) : authorization.nonce;
  return { authorization, tokens: await tokensOf(op, answer, nonce, client), key: proofKey };
}

/** Asks the protected resource (UserInfo) with a bound access token; with a nonce when it wants one. */
export async function askResource(
  op: ProviderUnderTest,
  accessToken: string,
  proof: Proof | null,
  change: { readonly scheme?: string; readonly header?: (proof: string) => string; readonly method?: string } = {},
): Promise<Answer> {
  const { scheme = "DPoP", header = (text: string) => text, method = "GET" } = change;
  const url = endpoint(op, "userinfo_endpoint");
  const ask = async (nonce: string | null) => {
    const dpop = proof && header(await proofOf(proof, method, url, { nonce, accessToken }));
    const headers = { authorization: `${scheme} ${accessToken}`, ...(dpop !== null && { dpop }) };
    return await answerOf(await fetch(url, { method, headers }));
  };
  const first = await ask(null);
  const nonce = first.headers.get("dpop-nonce");
  const wantsNonce = first.headers.get("www-authenticate")?.includes("use_dpop_nonce") ?? false;
  return wantsNonce && nonce !== null ? await ask(nonce) : first;
}
