import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyAccessToken } from "../../trust/access-token.ts";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { aygul, wei } from "./support/citizens.ts";
import {
  begin,
  depart,
  portalClient,
  proofs,
  publicClient,
  redeem,
  refresh,
  refusalOf,
  registerOidc,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;
let graphiql: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  graphiql = await publicClient(identity.issuer, "graphiql", `${identity.config.gatewayUrl}/graphiql/callback`);
});
afterAll(() => identity.close());

describe("what a client is given", () => {
  it("is an access token for the graph (RFC 9068) that lives five minutes and says nothing of the person", async () => {
    const tokens = await redeem(portal, await signIn(identity, portal, aygul));
    const {
      sub,
      aud,
      iss,
      exp = 0,
      iat = 0,
      client_id: clientId,
      scope,
      jti,
      ...rest
    } = decodeJwt(tokens.access_token);
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: "at+jwt", alg: "ES256" });
    expect({ aud, iss, clientId, scope }).toEqual({
      aud: identity.graph,
      iss: identity.issuer,
      clientId: "portal",
      scope: "citizen:read health:read",
    });
    expect(sub).toBe(sectorPseudonyms(identity.config.pseudonymKey, governmentSector).seal(aygul.citizenId));
    expect(jti).toBeTruthy();
    expect(exp - iat).toBe(300);
    expect(rest).toEqual({
      sector: "government",
      cnf: { jkt: await portal.dpop?.calculateThumbprint() },
      acr: "urn:huimin:loa:1",
      amr: ["pwd"],
      auth_time: expect.any(Number),
      grant: expect.stringMatching(/^[\w-]{22}$/),
      sid: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  it("is a token that the graph's own check accepts", async () => {
    const tokens = await redeem(portal, await signIn(identity, portal, aygul));
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    const caller = await verifyAccessToken(tokens.access_token, {
      issuer: identity.issuer,
      audience: identity.graph,
      keys,
    });
    expect([...caller.scopes]).toEqual(["citizen:read", "health:read"]);
  });

  it("is the same subject at every sign-in and at every client of the government sector", async () => {
    const first = await redeem(portal, await signIn(identity, portal, aygul));
    const second = await redeem(graphiql, await signIn(identity, graphiql, aygul));
    const other = await redeem(portal, await signIn(identity, portal, wei));
    expect(second.claims()?.sub).toBe(first.claims()?.sub);
    expect(other.claims()?.sub).not.toBe(first.claims()?.sub);
  });

  it("is the same subject in the ID token, the access token and the userinfo answer", async () => {
    const attempt = await signIn(identity, graphiql, aygul, { parameters: { resource: null, scope: "openid" } });
    const tokens = await redeem(graphiql, attempt);
    const sub = tokens.claims()?.sub ?? "";
    expect(await oidc.fetchUserInfo(graphiql.configuration, tokens.access_token, sub, proofs(graphiql))).toEqual({
      sub,
    });
    const forGraph = await redeem(graphiql, await signIn(identity, graphiql, aygul));
    expect(decodeJwt(forGraph.access_token).sub).toBe(sub);
  });

  it("is a refresh token for the portal alone, good for fresh access tokens until she signs out", async () => {
    const attempt = await signIn(identity, portal, aygul);
    const { refresh_token: refreshToken = "" } = await redeem(portal, attempt);
    const renewed = await refresh(portal, refreshToken, { resource: identity.graph });
    expect(decodeJwt(renewed.access_token)).toMatchObject({ aud: identity.graph, scope: "citizen:read health:read" });
    expect((await redeem(graphiql, await signIn(identity, graphiql, aygul))).refresh_token).toBeUndefined();

    const signOut = await attempt.agent.open(`${identity.issuer}/session/end`);
    await attempt.agent.submit(signOut, { logout: "yes" });
    const refused = await refusalOf(refresh(portal, refreshToken));
    expect(refused).toEqual({ status: 400, error: "invalid_grant" });
  });

  it("can be given back: a revoked refresh token is worth nothing", async () => {
    const { refresh_token: refreshToken = "" } = await redeem(portal, await signIn(identity, portal, aygul));
    await oidc.tokenRevocation(portal.configuration, refreshToken);
    const refused = await refusalOf(refresh(portal, refreshToken));
    expect(refused).toEqual({ status: 400, error: "invalid_grant" });
  });

  it("comes without a page when she is signed in already", async () => {
    const agent = createUserAgent(identity.issuer);
    await signIn(identity, portal, aygul, { agent });
    const again = await begin(identity, graphiql, { agent });
    expect((await redeem(graphiql, again)).claims()?.sub).toMatch(/^hm1_/);
  });

  it("comes to a native client, whose name any program may take, for the password alone (RFC 8252, 8.6)", async () => {
    const cli = await publicClient(identity.issuer, "cli", "http://localhost:9/callback");
    const { agent } = await signIn(identity, portal, aygul);
    const asked = await begin(identity, cli, { agent });
    expect(asked.page.leavesTo).toBeNull();
    expect(asked.page.text).toContain('name="password"');
    const silent = await begin(identity, cli, { agent, parameters: { prompt: "none" } });
    expect(silent.page.leavesTo?.searchParams.get("error")).toBe("login_required");
    const page = await agent.submit(asked.page, { login: aygul.residentId, password: aygul.password });
    expect((await redeem(cli, { ...asked, page })).access_token).toBeTruthy();
  });

  it("names the issuer beside the code (RFC 9207)", async () => {
    const { page } = await signIn(identity, portal, aygul);
    expect(page.leavesTo?.searchParams.get("iss")).toBe(identity.issuer);
  });
});

describe("a request for authorization is refused", () => {
  let site: TestClient;

  beforeAll(async () => {
    site = await registerOidc(identity, "site");
  });

  /** What the browser comes back with, or what the client hears when it pushes its request. */
  const errorOf = async (client: TestClient, parameters: Record<string, string | null>) => {
    if (client.profile !== "oidc") return (await refusalOf(depart(identity, client, parameters))).error;
    const { page } = await begin(identity, client, { parameters });
    const { search = "", hash = "" } = page.leavesTo ?? {};
    return page.leavesTo ? new URLSearchParams(search || hash.slice(1)).get("error") : `page ${page.status}`;
  };

  it("without PKCE, from a confidential client too", async () => {
    const without = { code_challenge: null, code_challenge_method: null };
    expect(await errorOf(portal, without)).toBe("invalid_request");
    expect(await errorOf(graphiql, without)).toBe("invalid_request");
    expect(await errorOf(site, without)).toBe("invalid_request");
  });

  it("with the plain form of PKCE", async () => {
    expect(await errorOf(portal, { code_challenge_method: "plain" })).toBe("invalid_request");
    expect(await errorOf(portal, { code_challenge_method: null })).toBe("invalid_request");
  });

  it("with a redirect URI that is not registered, and is not sent there", async () => {
    for (const evil of [`${site.redirectUri}/evil`, `${site.redirectUri}?more=1`, "https://evil.example/", null]) {
      expect(await errorOf(site, { redirect_uri: evil })).toBe("page 400");
      expect(await errorOf(portal, { redirect_uri: evil })).toBe("invalid_request");
    }
  });

  it.each(["nobody", "no\u0000body", "<b>"])("from a client that nobody registered: %j", async (clientId) => {
    const { page } = await begin(identity, site, { parameters: { client_id: clientId } });
    expect(page.status).toBe(400);
    expect(page.text).toContain("invalid_client");
  });

  it("for another resource than the graph", async () => {
    expect(await errorOf(portal, { resource: "https://elsewhere.example/graphql" })).toBe("invalid_target");
  });

  it("for anything but a code in the query", async () => {
    expect(await errorOf(portal, { response_type: "token" })).toBe("invalid_request");
    expect(await errorOf(portal, { response_mode: "fragment" })).toBe("invalid_request");
    const { page } = await begin(identity, site, { parameters: { response_mode: "form_post" } });
    expect(page.text).toContain('value="invalid_request"');
    expect(page.headers.get("content-security-policy")).toMatch(/script-src 'self' 'sha256-.*frame-ancestors 'none'/);
  });
});

describe("a code", () => {
  const wrongGrant = { status: 400, error: "invalid_grant" };

  it("is worth nothing without its verifier", async () => {
    const attempt = await signIn(identity, portal, aygul);
    const checks = { ...attempt.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
    expect(await refusalOf(redeem(portal, { ...attempt, checks }))).toEqual(wrongGrant);
  });

  it("is worth nothing to another client", async () => {
    const attempt = await signIn(identity, portal, aygul);
    const { leavesTo } = attempt.page;
    const moved = new URL(`${graphiql.redirectUri}${leavesTo?.search}`);
    const stolen = redeem(graphiql, { ...attempt, page: { ...attempt.page, leavesTo: moved } });
    expect(await refusalOf(stolen)).toEqual(wrongGrant);
  });

  it("works once; a second use ends what came of the first", async () => {
    const attempt = await signIn(identity, portal, aygul);
    const { refresh_token: refreshToken = "" } = await redeem(portal, attempt);
    expect(await refusalOf(redeem(portal, attempt))).toEqual(wrongGrant);
    expect(await refusalOf(refresh(portal, refreshToken))).toEqual(wrongGrant);
  });

  it("gives exactly one token to ten who redeem it at the same time", async () => {
    const attempt = await signIn(identity, graphiql, aygul);
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => redeem(graphiql, attempt)));
    const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(results.length - refusals.length).toBe(1);
    for (const refusal of refusals) expect(refusal).toMatchObject(wrongGrant);
  });
});

describe("the provider's own addresses", () => {
  it("offer what is switched on, and nothing else", async () => {
    const answer = await fetch(`${identity.issuer}/.well-known/openid-configuration`);
    const metadata = (await answer.json()) as Record<string, unknown>;
    expect(metadata).toMatchObject({
      issuer: identity.issuer,
      authorization_endpoint: `${identity.issuer}/auth`,
      code_challenge_methods_supported: ["S256"],
      response_types_supported: ["code"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["ES256", "EdDSA", "PS256"],
      token_endpoint_auth_methods_supported: ["private_key_jwt", "none"],
      token_endpoint_auth_signing_alg_values_supported: ["ES256", "EdDSA", "Ed25519", "PS256"],
      dpop_signing_alg_values_supported: ["ES256", "EdDSA", "Ed25519", "PS256"],
      pushed_authorization_request_endpoint: `${identity.issuer}/request`,
      authorization_response_iss_parameter_supported: true,
      ui_locales_supported: ["zh-CN", "ug", "kk", "en"],
    });
    for (const absent of ["registration_endpoint", "backchannel_authentication_endpoint"]) {
      expect(metadata).not.toHaveProperty(absent);
    }
  });

  it("are those of the issuer, whatever host a caller names", async () => {
    const headers = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
    const answer = await fetch(`${identity.issuer}/.well-known/openid-configuration`, { headers });
    expect(await answer.json()).toMatchObject({ token_endpoint: `${identity.issuer}/token` });
  });

  it("let a page of GraphiQL redeem its code, and no other page", async () => {
    const body = new URLSearchParams({ client_id: "graphiql", grant_type: "authorization_code", code: "x" });
    const ask = (origin: string) => fetch(`${identity.issuer}/token`, { method: "POST", body, headers: { origin } });
    const own = await ask(identity.config.gatewayUrl);
    expect(own.headers.get("access-control-allow-origin")).toBe(identity.config.gatewayUrl);
    const other = await ask("https://evil.example");
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("answer a program's mistake as OAuth errors in JSON, with nothing of the inside", async () => {
    const empty = await fetch(`${identity.issuer}/token`, { method: "POST" });
    expect(empty.status).toBe(400);
    expect(await empty.json()).toMatchObject({ error: "invalid_request" });
    const huge = await fetch(`${identity.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({ code: "x".repeat(100_000) }),
    });
    expect(huge.status).toBe(400);
    expect(await (await fetch(`${identity.issuer}/nowhere`)).json()).toEqual({ error: "invalid_request" });
  });

  it("take a request that was pushed beforehand, once (RFC 9126)", async () => {
    const { url } = await depart(identity, portal);
    const agents = Array.from({ length: 2 }, () => createUserAgent(identity.issuer));
    const forms = await Promise.all(agents.map(async (agent) => ({ agent, page: await agent.open(url) })));
    const fields = { login: aygul.mobile, password: aygul.password };
    const ends = await Promise.all(forms.map(({ agent, page }) => agent.submit(page, fields)));
    const codes = ends.filter(({ leavesTo }) => leavesTo?.searchParams.has("code"));
    expect(codes).toHaveLength(1);
  });

  it("accept a client's proof of itself once", async () => {
    const seen: string[] = [];
    const spy = await portalClient(identity);
    spy.configuration[oidc.customFetch] = async (url, { method, headers, body }) => {
      seen.push(String(body));
      return await fetch(url, { method, headers, body: body as BodyInit });
    };
    await redeem(spy, await signIn(identity, spy, aygul));
    const replayed = await fetch(`${identity.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams(seen.find((body) => body.includes("client_assertion"))),
    });
    expect(replayed.status).toBe(401);
    expect(await replayed.json()).toMatchObject({ error: "invalid_client" });
  });
});
