/**
 * Signs a citizen in from the command line through the real code flow, with a pushed request and a token bound to a
 * key (RFC 6749, RFC 7636, RFC 9126, RFC 9449), as the client `cli`: follows the redirects, fills in the page that a person would see, and takes the code
 * from the last redirect instead of listening for it.
 */
import { exportJWK } from "jose";
import * as oidc from "openid-client";
import { CityError } from "../failure.ts";
import { originOf } from "../launch/layout.ts";
import { createCookieJar } from "./cookies.ts";
import type { Credentials } from "./credentials.ts";
import { findComplaint, findSignInForm } from "./form.ts";

/** What a citizen types. */
export interface SignIn {
  /** Resident ID number or mobile number. */
  readonly login: string;
  readonly password: string;
}

const clientId = "cli";
const redirectUri = "http://localhost/callback";
const subgraphs = ["citizen", "health", "pension", "employment", "utilities", "water", "power"];
const scope = ["openid", ...subgraphs.map((name) => `${name}:read`)].join(" ");

/** More redirects and pages than a sign-in has. */
const mostSteps = 12;

/**
 * Signs in to the city at `basePort`.
 *
 * @throws CityError when the city does not run there, or refuses the sign-in
 */
export async function signIn(basePort: number, who: SignIn): Promise<Credentials> {
  try {
    return await codeFlow(basePort, who);
  } catch (error) {
    throw explain(error);
  }
}

async function codeFlow(basePort: number, who: SignIn): Promise<Credentials> {
  const issuer = new URL(originOf(basePort, "identity"));
  const metadata = { id_token_signed_response_alg: "ES256" };
  const insecure = { execute: [oidc.allowInsecureRequests] };
  const client = await oidc.discovery(issuer, clientId, metadata, oidc.None(), insecure).catch((cause: unknown) => {
    throw notRunning(basePort, cause);
  });
  const resource = `${originOf(basePort, "gateway")}/graphql`;
  const [codeVerifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
  const keys = await oidc.randomDPoPKeyPair("ES256", { extractable: true });
  const proofs = { DPoP: oidc.getDPoPHandle(client, keys) };
  const request = {
    redirect_uri: redirectUri,
    scope,
    resource,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
    ui_locales: "en",
  };
  const start = await oidc.buildAuthorizationUrlWithPAR(client, request, proofs);
  const callback = await walk(start, who);
  const checks = { pkceCodeVerifier: codeVerifier, expectedState: state, expectedNonce: nonce };
  const tokens = await oidc.authorizationCodeGrant(client, callback, checks, { resource }, proofs);
  return { accessToken: tokens.access_token, tokenType: "DPoP", dpopJwk: await exportJWK(keys.privateKey) };
}

/** From the authorization request to the redirect that carries the code. */
async function walk(start: URL, who: SignIn): Promise<URL> {
  const jar = createCookieJar();
  let request: PageRequest = { url: start };
  let filledIn = false;
  for (let step = 0; step < mostSteps; step++) {
    const response = await visit(request, jar);
    const location = response.headers.get("location");
    if (location !== null) {
      const url = new URL(location, request.url);
      if (url.href.startsWith(redirectUri)) return url;
      request = { url };
      continue;
    }
    const page = await response.text();
    const form = findSignInForm(page);
    if (filledIn || !form)
      throw new CityError(`The sign-in was refused: ${findComplaint(page) ?? `HTTP ${response.status}`}`);
    const fields = new Map([...form.fields, ["login", who.login], ["password", who.password]]);
    const body = new URLSearchParams([...fields]);
    request = { url: new URL(form.action, request.url), body };
    filledIn = true;
  }
  throw new CityError("The sign-in leads in circles; is identity well?");
}

interface PageRequest {
  readonly url: URL;
  /** Makes it a POST. */
  readonly body?: URLSearchParams;
}

async function visit({ url, body }: PageRequest, jar: ReturnType<typeof createCookieJar>): Promise<Response> {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    body: body ?? null,
    headers: { cookie: jar.header(url), accept: "text/html", origin: url.origin },
    redirect: "manual",
    signal: AbortSignal.timeout(10_000),
  });
  jar.take(url, response.headers);
  return response;
}

function explain(error: unknown): unknown {
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError) {
    return new CityError(`The sign-in was refused: ${error.error_description ?? error.error}.`, { cause: error });
  }
  return error;
}

/** What to say when nothing answers, or something that is no city. */
export function notRunning(basePort: number, cause: unknown): CityError {
  return new CityError(
    `No city runs on port ${basePort} and up; start it with npm start, or name its port with --port.`,
    {
      cause,
    },
  );
}
