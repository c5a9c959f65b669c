/** A small OpenID provider of the same library as ours, for what the real one is too well-behaved to do on demand. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { type Configuration, type Interaction, interactionPolicy, Provider } from "oidc-provider";
import { freePort } from "../../../platform/test/ports.ts";
import type { PortalConfig } from "../../config.ts";

export interface TestIdentity {
  readonly issuer: string;
  /** How the next interaction ends. */
  outcome: "signs in" | "cancels" | "breaks";
  /** Whether whoever signs in acts for another. */
  actsForAnother: boolean;
  /** Life of access tokens from now on, in seconds. */
  accessTokenSeconds: number;
  /** How often anybody had to sign in by hand. */
  readonly interactions: () => number;
  /** The authorization requests that were pushed. */
  readonly pushed: Readonly<Record<string, unknown>>[];
  /** How often tokens were renewed. */
  readonly renewals: () => number;
  /** How often a refresh token was revoked. */
  readonly revocations: () => number;
  /** Whether to refuse every code and refresh token, as identity does when the citizen's rights have ended. */
  refusesTokens: boolean;
  /** The session as its latest ID token names it. */
  readonly sid: () => string;
  /** Signs a token with identity's key. */
  sign(claims: JWTPayload, type: string): Promise<string>;
  close(): Promise<void>;
}

const scopes = ["citizen", "health", "pension", "employment", "utilities"].map((name) => `${name}:read`).join(" ");

export async function startIdentity(
  portal: Pick<PortalConfig, "portalUrl" | "gatewayUrl" | "clientKey">,
): Promise<TestIdentity> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const counts = { interactions: 0, renewals: 0, revocations: 0 };
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: "test" }] };
  const provider = new Provider(issuer, { ...configuration(portal, () => identity), jwks });
  provider.on("grant.success", (ctx) => {
    if (ctx.oidc.params?.grant_type === "refresh_token") counts.renewals += 1;
  });
  let sid = "";
  provider.on("authorization.success", ({ oidc }) => {
    sid = oidc.session?.sidFor("portal") ?? "";
  });
  provider.on("pushed_authorization_request.success", ({ oidc }) => {
    identity.pushed.push({ ...oidc.params });
  });
  provider.on("refresh_token.destroyed", () => {
    counts.revocations += 1;
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith("/interaction/")) return await next();
    counts.interactions += 1;
    const details = await provider.interactionDetails(ctx.req, ctx.res);
    ctx.respond = false;
    await provider.interactionFinished(ctx.req, ctx.res, await resultOf(identity.outcome, details, provider));
  });
  const handler = provider.callback();
  const server = createServer((request, response) => {
    if (identity.refusesTokens && request.url === "/token") {
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}');
    } else void handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  const identity: TestIdentity = {
    issuer,
    outcome: "signs in",
    actsForAnother: false,
    accessTokenSeconds: 300,
    pushed: [],
    interactions: () => counts.interactions,
    renewals: () => counts.renewals,
    revocations: () => counts.revocations,
    refusesTokens: false,
    sid: () => sid,
    sign: (claims, typ) => new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ, kid: "test" }).sign(privateKey),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return identity;
}

async function resultOf(outcome: TestIdentity["outcome"], { params }: Interaction, provider: Provider) {
  if (outcome === "cancels") return { error: "access_denied", error_description: "the citizen turned back" };
  if (outcome === "breaks") return { error: "server_error", error_description: "secret of the inside" };
  const accountId = "citizen-1";
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) });
  grant.addOIDCScope("openid");
  grant.addResourceScope(String(params.resource), scopes);
  return { login: { accountId }, select_account: {}, consent: { grantId: await grant.save() } };
}

/** The library's own, and the question for whom somebody acts. */
function policyWithChoice() {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }));
  return policy;
}

function configuration(
  { portalUrl, gatewayUrl, clientKey }: Pick<PortalConfig, "portalUrl" | "gatewayUrl" | "clientKey">,
  identity: () => TestIdentity,
): Configuration {
  const { kty, crv, x, y, kid, alg } = clientKey;
  return {
    clients: [
      {
        client_id: "portal",
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        id_token_signed_response_alg: "ES256",
        jwks: { keys: [{ kty, crv, x, y, kid, alg, use: "sig" }] },
        grant_types: ["authorization_code", "refresh_token"],
        require_pushed_authorization_requests: true,
        dpop_bound_access_tokens: true,
        redirect_uris: [`${portalUrl}/callback`],
        post_logout_redirect_uris: [`${portalUrl}/`],
        backchannel_logout_uri: `${portalUrl}/back-channel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    cookies: { keys: ["a key of the tests"] },
    extraParams: ["acting_for"],
    enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
    claims: { openid: ["sub", "act"] },
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...(identity().actsForAnother && { act: { sub: "citizen-2" } }) }),
    }),
    interactions: { policy: policyWithChoice(), url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: () => true,
    expiresWithSession: () => true,
    pkce: { required: () => true },
    ttl: { Interaction: 600, Grant: 3600, Session: 3600, RefreshToken: 3600, IdToken: 3600 },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      backchannelLogout: { enabled: true },
      revocation: { enabled: true, allowedPolicy: async () => true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = form;
        },
      },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes,
          audience: `${gatewayUrl}/graphql`,
          accessTokenFormat: "jwt",
          accessTokenTTL: identity().accessTokenSeconds,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  };
}
