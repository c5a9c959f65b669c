/** Clients of identity, on a library that checks what it is answered (openid-client). */
import * as oidc from "openid-client";
import type { TestCitizen } from "./citizens.ts";
import type { TestIdentity } from "./identity.ts";
import { createUserAgent, type Page, type UserAgent } from "./user-agent.ts";

export interface TestClient {
  readonly configuration: oidc.Configuration;
  readonly redirectUri: string;
}

export async function portalClient({ issuer, config, portalKey }: TestIdentity): Promise<TestClient> {
  const configuration = await discover(issuer, "portal", oidc.PrivateKeyJwt({ key: portalKey, kid: "portal" }));
  return { configuration, redirectUri: `${config.portalUrl}/callback` };
}

export async function publicClient(issuer: string, clientId: string, redirectUri: string): Promise<TestClient> {
  return { configuration: await discover(issuer, clientId, oidc.None()), redirectUri };
}

/** A public client that is not the city's own, registered as an operator does it; its refresh tokens rotate. */
export async function registerBank({ database, issuer, config }: TestIdentity): Promise<TestClient> {
  const redirectUri = `${config.portalUrl}/bank`;
  const metadata = {
    client_name: "新河 <银行>",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    sector: "bank",
  };
  await database.query("INSERT INTO oidc_client (client_id, metadata) VALUES ('bank', $1)", [JSON.stringify(metadata)]);
  return await publicClient(issuer, "bank", redirectUri);
}

async function discover(issuer: string, clientId: string, auth: oidc.ClientAuth): Promise<oidc.Configuration> {
  return await oidc.discovery(new URL(issuer), clientId, { id_token_signed_response_alg: "ES256" }, auth, {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
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

/** Sends the browser to identity, as a client does. */
export async function begin(identity: TestIdentity, client: TestClient, request: Request = {}): Promise<Attempt> {
  const agent = request.agent ?? createUserAgent(identity.issuer);
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const parameters: Record<string, string | null> = {
    redirect_uri: client.redirectUri,
    scope: "openid citizen:read health:read",
    resource: identity.graph,
    state,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...request.parameters,
  };
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const page = await agent.open(oidc.buildAuthorizationUrl(client.configuration, Object.fromEntries(given)));
  return { page, agent, checks: { expectedState: state, pkceCodeVerifier: verifier } };
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
  return await oidc.authorizationCodeGrant(client.configuration, page.leavesTo, checks, parameters);
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
