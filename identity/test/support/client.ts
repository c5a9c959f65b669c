/** Clients of identity, on a library that checks what it is answered (openid-client). */
import { type CryptoKey, exportJWK, generateKeyPair } from "jose";
import * as oidc from "openid-client";
import type { ClientProfile } from "../../provider/profiles.ts";
import type { TestCitizen } from "./citizens.ts";
import type { TestIdentity } from "./identity.ts";
import { createUserAgent, type Page, type UserAgent } from "./user-agent.ts";

/** A client as a program that uses the library has it. */
export interface TestClient {
  readonly configuration: oidc.Configuration;
  readonly redirectUri: string;
  /** Binds its tokens to a key of its own (RFC 9449); undefined for clients that hold bearer tokens. */
  readonly dpop: oidc.DPoPHandle | undefined;
  readonly profile: ClientProfile;
}

/** The portal, with its own key. */
export async function portalClient({ issuer, config, portalKey }: TestIdentity): Promise<TestClient> {
  const auth = oidc.PrivateKeyJwt({ key: portalKey, kid: "portal" });
  return await openClient(issuer, "portal", `${config.portalUrl}/callback`, "fapi2", auth);
}

/** A confidential client that is registered already, with the private half of its key. */
export async function fapi2Client(
  issuer: string,
  clientId: string,
  redirectUri: string,
  { key, kid }: { readonly key: CryptoKey; readonly kid: string },
): Promise<TestClient> {
  return await openClient(issuer, clientId, redirectUri, "fapi2", oidc.PrivateKeyJwt({ key, kid }));
}

/** A client of the profile `public`: one of the city's, or one that was registered. */
export async function publicClient(issuer: string, clientId: string, redirectUri: string): Promise<TestClient> {
  return await openClient(issuer, clientId, redirectUri, "public", oidc.None());
}

/** A confidential client that is not the city's own, as a department or a company has it. */
export async function registerFapi2(
  identity: TestIdentity,
  clientId: string,
  metadata: Metadata = {},
): Promise<TestClient> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(publicKey)), kid: clientId, alg: "ES256", use: "sig" };
  const jwks = { keys: [jwk] };
  const redirectUri = await register(identity, clientId, "fapi2", { jwks, ...metadata });
  const auth = oidc.PrivateKeyJwt({ key: privateKey, kid: clientId });
  return await openClient(identity.issuer, clientId, redirectUri, "fapi2", auth, metadata);
}

/** A program on a citizen's own device that is not the city's own; its refresh tokens rotate. */
export async function registerPublic(
  identity: TestIdentity,
  clientId: string,
  metadata: Metadata = {},
): Promise<TestClient> {
  return await publicClient(identity.issuer, clientId, await register(identity, clientId, "public", metadata));
}

/** A site that only needs to know that somebody signed in. */
export async function registerOidc(
  identity: TestIdentity,
  clientId: string,
  metadata: Metadata = {},
): Promise<TestClient> {
  const redirectUri = await register(identity, clientId, "oidc", metadata);
  return await openClient(identity.issuer, clientId, redirectUri, "oidc", oidc.None());
}

/** A public client that is not the city's own, and whose name must be escaped on pages. */
export async function registerBank(identity: TestIdentity): Promise<TestClient> {
  return await registerPublic(identity, "bank", { client_name: "新河 <银行>" });
}

/** Client metadata (RFC 7591) over those of a plain client of its profile. */
export type Metadata = Readonly<Record<string, unknown>>;

/** Registers a client as an operator does it; its sector has its own name. @returns its redirect URI */
export async function register(
  { database, config }: TestIdentity,
  clientId: string,
  profile: ClientProfile,
  metadata: Metadata = {},
): Promise<string> {
  const redirectUri = `${config.portalUrl}/${clientId}`;
  const registration = {
    client_name: clientId,
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    sector: clientId,
    profile,
    ...metadata,
  };
  await database.query("INSERT INTO oidc_client (client_id, metadata) VALUES ($1, $2)", [
    clientId,
    JSON.stringify(registration),
  ]);
  return redirectUri;
}

async function openClient(
  issuer: string,
  clientId: string,
  redirectUri: string,
  profile: ClientProfile,
  auth: oidc.ClientAuth,
  metadata: Metadata = {},
): Promise<TestClient> {
  const whole = { id_token_signed_response_alg: "ES256", ...metadata };
  const configuration = await oidc.discovery(new URL(issuer), clientId, whole, auth, {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
  const dpop =
    profile !== "oidc" ? oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair("ES256")) : undefined;
  return { configuration, redirectUri, dpop, profile };
}

/** A request for authorization that has been sent, and what its answer is checked against. */
export interface Attempt {
  readonly page: Page;
  readonly agent: UserAgent;
  readonly checks: Required<Pick<oidc.AuthorizationCodeGrantChecks, "expectedState" | "pkceCodeVerifier">>;
}

export interface Request {
  readonly agent?: UserAgent;
  /** Added to the standard request; `null` leaves a parameter out. */
  readonly parameters?: Readonly<Record<string, string | null>>;
}

/** What a client hands to the library so that its requests carry proofs. */
export function proofs({ dpop }: TestClient): oidc.DPoPOptions {
  return dpop ? { DPoP: dpop } : {};
}

/** An authorization request that is ready to be opened in a browser, and what its answer is checked against. */
export interface Departure {
  readonly url: URL;
  readonly checks: Attempt["checks"];
}

/** Prepares an authorization request as the profile has it. Rejects when identity refuses one that is pushed. */
export async function depart(
  identity: TestIdentity,
  client: TestClient,
  changes: Request["parameters"] = {},
): Promise<Departure> {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const parameters: Record<string, string | null> = {
    redirect_uri: client.redirectUri,
    ...(client.profile === "oidc"
      ? { scope: "openid" }
      : { scope: "openid citizen:read health:read", resource: identity.graph }),
    state,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...changes,
  };
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const request = Object.fromEntries(given);
  const url =
    client.profile === "oidc"
      ? oidc.buildAuthorizationUrl(client.configuration, request)
      : await oidc.buildAuthorizationUrlWithPAR(client.configuration, request, proofs(client));
  return { url, checks: { expectedState: state, pkceCodeVerifier: verifier } };
}

/** Sends the browser to identity, as a client does. */
export async function begin(identity: TestIdentity, client: TestClient, request: Request = {}): Promise<Attempt> {
  const agent = request.agent ?? createUserAgent(identity.issuer);
  const { url, checks } = await depart(identity, client, request.parameters);
  return { page: await agent.open(url), agent, checks };
}

/** Begins, and signs the citizen in; `page.leavesTo` is the callback with the code. */
export async function signIn(
  identity: TestIdentity,
  client: TestClient,
  citizen: TestCitizen,
  request: Request = {},
): Promise<Attempt> {
  const attempt = await begin(identity, client, request);
  const page = await attempt.agent.submit(attempt.page, { login: citizen.residentId, password: citizen.password });
  return { ...attempt, page };
}

/** Redeems the code of an attempt. */
export async function redeem(client: TestClient, { page, checks }: Attempt, parameters: Record<string, string> = {}) {
  if (!page.leavesTo) throw new Error(`no callback, but a page with status ${page.status}:\n${page.text}`);
  return await oidc.authorizationCodeGrant(client.configuration, page.leavesTo, checks, parameters, proofs(client));
}

/** Fresh tokens for a refresh token. */
export async function refresh(client: TestClient, refreshToken: string, parameters: Record<string, string> = {}) {
  return await oidc.refreshTokenGrant(client.configuration, refreshToken, parameters, proofs(client));
}

/** The OAuth error that a promise ends with. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ status: number; error: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError) return { status: error.status, error: error.error };
    throw error;
  }
  throw new Error("was not refused");
}
