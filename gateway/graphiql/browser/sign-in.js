/**
 * Signs in by the authorization code flow as the public client `graphiql`: with PKCE, a pushed request, and tokens
 * that are bound to a key of this browser (RFC 7636, RFC 9126, RFC 9449). The tokens stay in the session storage of
 * this tab and end with it.
 */
import * as oauth from "oauth4webapi";
import { ownKeyPair } from "./key.js";

/**
 * @typedef {object} Settings
 * @property {string} issuer
 * @property {string} resource
 * @property {string} scope
 * @property {string} redirectUri
 * @property {string} signedOutUri
 *
 * @typedef {object} Session
 * @property {string} accessToken
 * @property {string} idToken
 * @property {number} expiresAt milliseconds since the epoch
 *
 * @typedef {object} Pending what must come back unchanged from identity
 * @property {string} state
 * @property {string} nonce
 * @property {string} verifier
 */

const sessionKey = "huimin-graphiql-session";
const pendingKey = "huimin-graphiql-pending";

/** @type {oauth.Client} */
const client = { client_id: "graphiql" };

/**
 * Leaves for the sign-in page of identity.
 *
 * @param {Settings} settings
 */
export async function signIn(settings) {
  const server = await discover(settings.issuer);
  /** @type {Pending} */
  const pending = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  sessionStorage.setItem(pendingKey, JSON.stringify(pending));
  const request = {
    response_type: "code",
    redirect_uri: settings.redirectUri,
    scope: settings.scope,
    resource: settings.resource,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  };
  const options = { ...plainHttp(settings.issuer), DPoP: await possession() };
  const pushed = await withNonce(async () =>
    oauth.processPushedAuthorizationResponse(
      server,
      client,
      await oauth.pushedAuthorizationRequest(server, client, oauth.None(), request, options),
    ),
  );
  const url = new URL(required(server.authorization_endpoint));
  url.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri }).toString();
  location.assign(url);
}

/**
 * Turns the code in the address of this page into tokens.
 *
 * @param {Settings} settings
 * @param {URL} address
 */
export async function finishSignIn(settings, address) {
  const { state, nonce, verifier } = takePending();
  const server = await discover(settings.issuer);
  const parameters = oauth.validateAuthResponse(server, client, address, state);
  const options = {
    ...plainHttp(settings.issuer),
    DPoP: await possession(),
    additionalParameters: { resource: settings.resource },
  };
  const answer = await withNonce(async () =>
    oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        settings.redirectUri,
        verifier,
        options,
      ),
      { expectedNonce: nonce, requireIdToken: true },
    ),
  );
  /** @type {Session} */
  const session = {
    accessToken: answer.access_token,
    idToken: required(answer.id_token),
    expiresAt: Date.now() + (answer.expires_in ?? 0) * 1000,
  };
  sessionStorage.setItem(sessionKey, JSON.stringify(session));
}

/**
 * Forgets the tokens and ends the session at identity (OpenID Connect RP-Initiated Logout).
 *
 * @param {Settings} settings
 */
export async function signOut(settings) {
  const session = currentSession();
  sessionStorage.removeItem(sessionKey);
  const { end_session_endpoint: endpoint } = await discover(settings.issuer);
  const url = new URL(required(endpoint));
  url.search = new URLSearchParams({
    client_id: client.client_id,
    post_logout_redirect_uri: settings.signedOutUri,
    ...(session && { id_token_hint: session.idToken }),
  }).toString();
  location.assign(url);
}

/**
 * Posts JSON in the name of whoever signed in, with a proof that this browser holds the key of her token.
 *
 * @param {Session} session
 * @param {URL} url
 * @param {Readonly<Record<string, string>>} headers
 * @param {string} body
 * @returns {Promise<Response>} whatever the graph answers, refusals too
 */
export async function postAs({ accessToken }, url, headers, body) {
  const options = { ...plainHttp(url.href), DPoP: await possession() };
  try {
    return await oauth.protectedResourceRequest(accessToken, "POST", url, new Headers(headers), body, options);
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response;
    throw error;
  }
}

/** @type {oauth.DPoPHandle | undefined} */
let handle;

/** Signs proofs, and remembers the nonces of identity. */
async function possession() {
  handle ??= oauth.DPoP(client, await ownKeyPair());
  return handle;
}

/**
 * Identity says with its first refusal which nonce it wants to see in a proof (RFC 9449, 8).
 *
 * @template T
 * @param {() => Promise<T>} request
 * @returns {Promise<T>}
 */
async function withNonce(request) {
  try {
    return await request();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return await request();
  }
}

/** @returns {Session | undefined} the session of this tab, expired or not */
export function currentSession() {
  const stored = sessionStorage.getItem(sessionKey);
  return stored === null ? undefined : JSON.parse(stored);
}

/** @returns {Pending} each can be used once */
function takePending() {
  const stored = sessionStorage.getItem(pendingKey);
  sessionStorage.removeItem(pendingKey);
  if (stored === null) throw new Error("this sign-in was not begun here");
  return JSON.parse(stored);
}

/** @param {string} issuer */
async function discover(issuer) {
  const url = new URL(issuer);
  return await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, plainHttp(issuer)));
}

/**
 * On a single machine identity speaks plain HTTP; the library wants that said.
 *
 * @param {string} issuer
 */
function plainHttp(issuer) {
  return { [oauth.allowInsecureRequests]: issuer.startsWith("http:") };
}

/** @param {string | undefined} value */
function required(value) {
  if (value === undefined) throw new Error("identity left out something that the sign-in needs");
  return value;
}
