/** Every setting by which a client profile is kept, shown by what is refused without it. */
import { createHash } from "node:crypto";
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import * as oidc from "openid-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { passedCertificate } from "../../platform/test/certificates.ts";
import { aygul } from "./support/citizens.ts";
import {
  begin,
  depart,
  type Metadata,
  portalClient,
  proofs,
  publicClient,
  redeem,
  refusalOf,
  register,
  registerFapi2,
  registerOidc,
  registerPublic,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { registerResource } from "./support/registration.ts";
import { createUserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;
let graphiql: TestClient;
let cli: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  graphiql = await publicClient(identity.issuer, "graphiql", `${identity.config.gatewayUrl}/graphiql/callback`);
  cli = await publicClient(identity.issuer, "cli", "http://localhost:9/callback");
});
afterAll(() => identity.close());

const refused = (error: string, status = 400) => ({ status, error });

/** The request as a profile must not send it: in the address, for everybody on the way to change. */
async function openPlainly(client: TestClient, parameters: Record<string, string> = {}) {
  const url = oidc.buildAuthorizationUrl(client.configuration, {
    redirect_uri: client.redirectUri,
    scope: "openid",
    state: "state",
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
    ...parameters,
  });
  return await createUserAgent(identity.issuer).open(url);
}

describe.each([
  ["fapi2", () => portal],
  ["public, a page", () => graphiql],
  ["public, a native application", () => cli],
] as const)("a client of profile %s", (_profile, client) => {
  it("must push its request (RFC 9126)", async () => {
    const { leavesTo } = await openPlainly(client());
    expect(leavesTo?.searchParams.get("error")).toBe("invalid_request");
    expect(leavesTo?.searchParams.get("error_description")).toContain("Pushed Authorization Request must be used");
  });

  it("must use PKCE, with S256", async () => {
    const without = { code_challenge: null, code_challenge_method: null };
    expect(await refusalOf(depart(identity, client(), without))).toEqual(refused("invalid_request"));
    const plain = { code_challenge_method: "plain" };
    expect(await refusalOf(depart(identity, client(), plain))).toEqual(refused("invalid_request"));
  });

  it("must bind its tokens to a key (RFC 9449)", async () => {
    const bearer = { ...client(), dpop: undefined };
    expect(await refusalOf(redeem(bearer, await signIn(identity, bearer, aygul)))).toEqual(refused("invalid_grant"));
  });

  it("must redeem its code with the key with which it pushed its request (RFC 9449, 10)", async () => {
    const attempt = await signIn(identity, client(), aygul);
    const { configuration } = client();
    const other = { ...client(), dpop: oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair("ES256")) };
    expect(await refusalOf(redeem(other, attempt))).toEqual(refused("invalid_grant"));
  });

  it("is answered with the issuer beside the code (RFC 9207)", async () => {
    const { page } = await signIn(identity, client(), aygul);
    expect(page.leavesTo?.searchParams.get("iss")).toBe(identity.issuer);
  });
});

describe("a redirect URI of profile fapi2", () => {
  it("is compared as a whole", async () => {
    const { redirectUri } = portal;
    const port = new URL(redirectUri).port;
    for (const uri of [
      `${redirectUri}/`,
      `${redirectUri}?a=b`,
      redirectUri.replace(port, "1"),
      redirectUri.toUpperCase(),
    ]) {
      expect(await refusalOf(depart(identity, portal, { redirect_uri: uri }))).toEqual(refused("invalid_request"));
    }
  });
});

describe("a code", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    [55, "is good", true],
    [61, "is over", false],
  ])("after %i seconds %s", async (seconds, _what, isGood) => {
    const attempt = await signIn(identity, portal, aygul);
    vi.setSystemTime(Date.now() + seconds * 1000);
    const tokens = redeem(portal, attempt);
    if (isGood) expect((await tokens).access_token).toBeTruthy();
    else expect(await refusalOf(tokens)).toEqual(refused("invalid_grant"));
  });
});

describe("a proof of possession", () => {
  const unknownCode = () => ({
    grant_type: "authorization_code",
    code: "unknown",
    redirect_uri: graphiql.redirectUri,
    client_id: "graphiql",
  });

  async function post(alg: string, claims: Record<string, unknown> = {}, typ = "dpop+jwt") {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const proof = await new SignJWT({
      htm: "POST",
      htu: `${identity.issuer}/token`,
      jti: crypto.randomUUID(),
      ...claims,
    })
      .setProtectedHeader({ alg, typ, jwk: await exportJWK(publicKey) })
      .setIssuedAt()
      .sign(privateKey);
    const body = new URLSearchParams(unknownCode());
    const answer = await fetch(`${identity.issuer}/token`, { method: "POST", body, headers: { dpop: proof } });
    return { error: ((await answer.json()) as { error: string }).error, nonce: answer.headers.get("dpop-nonce") ?? "" };
  }

  it("must hold the nonce that identity gives (RFC 9449, 8)", async () => {
    const { error, nonce } = await post("ES256");
    expect(error).toBe("use_dpop_nonce");
    expect((await post("ES256", { nonce: "of my own" })).error).toBe("use_dpop_nonce");
    expect((await post("ES256", { nonce })).error).toBe("invalid_grant");
  });

  it.each(["ES256", "EdDSA", "PS256"])("may be signed by %s", async (alg) => {
    const { nonce } = await post(alg);
    expect((await post(alg, { nonce })).error).toBe("invalid_grant");
  });

  it.each(["RS256", "ES384"])("may not be signed by %s", async (alg) => {
    const { nonce } = await post("ES256");
    expect((await post(alg, { nonce })).error).toBe("invalid_dpop_proof");
  });

  it("must be made for this address and this method, and be a proof", async () => {
    const { nonce } = await post("ES256");
    expect((await post("ES256", { nonce, htu: "https://elsewhere.example/token" })).error).toBe("invalid_dpop_proof");
    expect((await post("ES256", { nonce, htm: "GET" })).error).toBe("invalid_dpop_proof");
    expect((await post("ES256", { nonce }, "JWT")).error).toBe("invalid_dpop_proof");
  });
});

describe("a confidential client proves itself", () => {
  const now = () => Math.floor(Date.now() / 1000);

  async function assertion(alg: string, claims: Record<string, unknown>, registration: Metadata = {}) {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const clientId = `prover-${crypto.randomUUID()}`;
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "1", use: "sig" }] };
    await register(identity, clientId, "fapi2", { jwks, ...registration });
    const signed = await new SignJWT({
      iss: clientId,
      sub: clientId,
      aud: identity.issuer,
      jti: crypto.randomUUID(),
      exp: now() + 60,
      ...claims,
    })
      .setProtectedHeader({ alg, kid: "1" })
      .sign(privateKey);
    return { clientId, signed };
  }

  async function push(clientId: string, signed: string | null): Promise<string> {
    const body = new URLSearchParams({
      client_id: clientId,
      response_type: "code",
      scope: "openid",
      redirect_uri: `${identity.config.portalUrl}/${clientId}`,
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
      ...(signed !== null && {
        client_assertion: signed,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      }),
    });
    const answer = await fetch(`${identity.issuer}/request`, { method: "POST", body });
    return answer.status === 201 ? "pushed" : ((await answer.json()) as { error: string }).error;
  }

  const outcome = async (alg: string, claims: Record<string, unknown> = {}) => {
    const { clientId, signed } = await assertion(alg, claims);
    return await push(clientId, signed);
  };

  it.each(["ES256", "EdDSA", "PS256"])("with %s", async (alg) => {
    expect(await outcome(alg)).toBe("pushed");
  });

  it.each(["RS256", "ES384"])("not with %s", async (alg) => {
    expect(await outcome(alg)).toBe("invalid_client");
  });

  it("always, not by its name alone", async () => {
    const { clientId } = await assertion("ES256", {});
    expect(await push(clientId, null)).toBe("invalid_client");
  });

  it("to the issuer alone: no other audience, and no list (FAPI 2.0 Security Profile, 5.3.2.1)", async () => {
    const { issuer } = identity;
    for (const aud of [
      `${issuer}/token`,
      `${issuer}/request`,
      `${issuer}/`,
      [issuer],
      [issuer, "https://other.example"],
    ]) {
      expect(await outcome("ES256", { aud })).toBe("invalid_client");
    }
  });

  it("with an assertion that is new, and of this very time", async () => {
    expect(await outcome("ES256", { exp: now() + 600 })).toBe("invalid_client");
    expect(await outcome("ES256", { exp: now() - 60 })).toBe("invalid_client");
    expect(await outcome("ES256", { nbf: now() + 60 })).toBe("invalid_client");
    expect(await outcome("ES256", { nbf: now() + 8, iat: now() + 8 })).toBe("pushed");
    const { clientId, signed } = await assertion("ES256", {});
    expect(await push(clientId, signed)).toBe("pushed");
    expect(await push(clientId, signed)).toBe("invalid_client");
  });
});

describe("the level of a sign-in", () => {
  async function levelAt(client: TestClient, stored: string) {
    const agent = createUserAgent(identity.issuer);
    await signIn(identity, portal, aygul, { agent });
    await identity.database.query(
      `UPDATE oidc_artefact SET payload = jsonb_set(payload, '{acr}', to_jsonb($1::text)) WHERE model = 'Session'`,
      [stored],
    );
    const claims = JSON.stringify({ id_token: { acr: null } });
    const tokens = await redeem(client, await begin(identity, client, { agent, parameters: { claims } }));
    return [decodeJwt(tokens.access_token).acr, tokens.claims()?.acr];
  }

  it("goes out to a confidential client as it is", async () => {
    expect(await levelAt(portal, "urn:huimin:loa:3")).toEqual(Array(2).fill("urn:huimin:loa:3"));
  });

  it("goes out to a public client as the second at most, in every token", async () => {
    expect(await levelAt(graphiql, "urn:huimin:loa:3")).toEqual(Array(2).fill("urn:huimin:loa:2"));
    expect(await levelAt(graphiql, "urn:huimin:loa:1")).toEqual(Array(2).fill("urn:huimin:loa:1"));
  });

  it("cannot be demanded by a public client beyond that", async () => {
    const parameters = { acr_values: "urn:huimin:loa:3" };
    const { page } = await begin(identity, graphiql, { parameters });
    expect(page.leavesTo?.searchParams.get("error")).toBe("unmet_authentication_requirements");
  });
});

describe("a client of profile oidc", () => {
  it("learns who signed in, by code and PKCE alone", async () => {
    const site = await registerOidc(identity, "site");
    const attempt = await signIn(identity, site, aygul);
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
    const tokens = await redeem(site, { ...attempt, page });
    const sub = tokens.claims()?.sub ?? "";
    expect(tokens.token_type).toBe("bearer");
    expect(await oidc.fetchUserInfo(site.configuration, tokens.access_token, sub, proofs(site))).toEqual({ sub });
  });

  it("gets no token for the graph", async () => {
    const nosy = await registerOidc(identity, "nosy");
    const { page } = await begin(identity, nosy, {
      parameters: { scope: "openid health:read", resource: identity.graph },
    });
    expect(page.leavesTo?.searchParams.get("error")).toBe("invalid_target");
    const attempt = await signIn(identity, nosy, aygul, { parameters: { scope: "openid health:read" } });
    const allowed = await attempt.agent.submit(attempt.page, { action: "allow" });
    const late = redeem(nosy, { ...attempt, page: allowed }, { resource: identity.graph });
    expect(await refusalOf(late)).toEqual(refused("invalid_target"));
  });
});

describe("mutual TLS, where a proxy passes the certificate (RFC 8705; RFC 9440)", () => {
  const bound = { tls_client_certificate_bound_access_tokens: true };

  /** A client whose proxy passes this certificate with all that it sends. */
  async function behindProxy(clientId: string, certificate: string | null, more: Metadata = {}): Promise<TestClient> {
    const client = { ...(await registerFapi2(identity, clientId, { ...bound, ...more })), dpop: undefined };
    const header = certificate === null ? {} : { "client-cert": certificate };
    client.configuration[oidc.customFetch] = async (url, { method, headers, body }) =>
      await fetch(url, { method, headers: { ...headers, ...header }, body: body as BodyInit });
    return client;
  }

  async function tokensOf(client: TestClient) {
    const attempt = await signIn(identity, client, aygul);
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
    return await redeem(client, { ...attempt, page });
  }

  it("is not there unless a setting says so: whatever is sent, tokens are bound to a key", async () => {
    const client = await behindProxy("proxied-1", passedCertificate);
    expect(await refusalOf(tokensOf(client))).toEqual(refused("invalid_grant"));
  });

  describe("when the setting names the header", () => {
    beforeAll(async () => {
      Object.assign(identity.config, { clientCertHeader: "client-cert" });
      await identity.restart();
    });
    afterAll(async () => {
      Object.assign(identity.config, { clientCertHeader: undefined });
      await identity.restart();
    });

    it("binds tokens to the certificate, and does without DPoP", async () => {
      const tokens = await tokensOf(await behindProxy("proxied-2", passedCertificate));
      const der = Buffer.from(passedCertificate.slice(1, -1), "base64");
      const thumbprint = createHash("sha256").update(der).digest("base64url");
      expect(decodeJwt(tokens.access_token).cnf).toEqual({ "x5t#S256": thumbprint });
    });

    it("exchanges no such token for one that is bound to nothing", async () => {
      const exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
      const resource = "https://archive.example/api";
      await registerResource(identity, { resource, sector: "government", scopes: ["citizen:read"] });
      const client = await behindProxy("proxied-3", passedCertificate, {
        grant_types: ["authorization_code", exchange],
        token_exchange_audiences: [resource],
      });
      const { access_token: token } = await tokensOf(client);
      const asked = {
        subject_token: token,
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        resource,
      };
      const answer = oidc.genericGrantRequest(client.configuration, exchange, asked);
      expect(await refusalOf(answer)).toEqual(refused("invalid_dpop_proof"));
      const told = await oidc.tokenIntrospection(client.configuration, token);
      expect(told).toMatchObject({ active: true, cnf: { "x5t#S256": expect.any(String) } });
    });

    it.each([
      ["no certificate", null],
      ["one that cannot be read", ":bm90IGEgY2VydGlmaWNhdGU=:"],
      ["one in another form", passedCertificate.slice(1, -1)],
    ])("gives nothing for %s", async (what, passed) => {
      const client = await behindProxy(`proxied-${what.length}`, passed);
      expect(await refusalOf(tokensOf(client))).toEqual(refused("invalid_grant"));
    });
  });
});

describe("a registration is refused", () => {
  let count = 0;

  /** What a client hears that is registered so. */
  async function fateOf(profile: "fapi2" | "public" | "oidc", metadata: Metadata) {
    count += 1;
    const clientId = `fate-${count}`;
    const redirectUri = await register(identity, clientId, profile, metadata);
    const body = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, grant_type: "refresh_token" });
    const answer = await fetch(`${identity.issuer}/token`, { method: "POST", body });
    return (await answer.json()) as { error: string; error_description: string };
  }

  it.each<[string, "fapi2" | "public" | "oidc", Metadata, string]>([
    ["without a profile", "oidc", { profile: undefined }, "profile must be one of"],
    ["with a profile that there is not", "oidc", { profile: "fapi1" }, "profile must be one of"],
    [
      "fapi2 with a secret",
      "fapi2",
      { token_endpoint_auth_method: "client_secret_basic" },
      "token_endpoint_auth_method",
    ],
    ["fapi2 without proof of itself", "fapi2", { token_endpoint_auth_method: "none" }, "token_endpoint_auth_method"],
    ["fapi2 without a key", "fapi2", {}, "jwks"],
    ["fapi2 that does not push", "fapi2", { require_pushed_authorization_requests: false }, "require_pushed"],
    ["fapi2 with bearer tokens", "fapi2", { dpop_bound_access_tokens: false }, "dpop_bound_access_tokens"],
    ["fapi2 on a device", "fapi2", { application_type: "native" }, "application_type"],
    ["public with a proof of itself", "public", { token_endpoint_auth_method: "private_key_jwt" }, "must be none"],
    ["public that does not push", "public", { require_pushed_authorization_requests: false }, "require_pushed"],
    ["public with bearer tokens", "public", { dpop_bound_access_tokens: false }, "dpop_bound_access_tokens"],
    ["public in its own name", "public", { grant_types: ["client_credentials"] }, "client_credentials"],
    ["public for others", "public", { delegation_kinds: ["guardian"] }, "delegation_kinds"],
    ["with a redirect that is no list", "oidc", { redirect_uris: "https://a.example/" }, "must be an array"],
    ["oidc in its own name", "oidc", { grant_types: ["client_credentials"] }, "client_credentials"],
  ])("%s", async (_what, profile, metadata, words) => {
    const fate = await fateOf(profile, metadata);
    // RFC 7591, 3.2.2, has a code of its own for redirects.
    expect(fate.error).toBe("redirect_uris" in metadata ? "invalid_redirect_uri" : "invalid_client_metadata");
    expect(fate.error_description).toContain(words);
  });

  it("that would send codes over the open network", async () => {
    const fate = await fateOf("public", { redirect_uris: ["http://app.example/"] });
    expect(fate.error).toBe("invalid_redirect_uri");
    expect(fate.error_description).toContain("must be https");
  });

  it("only then: what a profile fixes need not be said", async () => {
    const department = await registerFapi2(identity, "said-nothing");
    expect((await depart(identity, department)).url.searchParams.get("request_uri")).toBeTruthy();
    const app = await registerPublic(identity, "app-said-nothing");
    expect((await depart(identity, app)).url.searchParams.get("request_uri")).toBeTruthy();
  });
});
