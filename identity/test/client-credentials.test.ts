import { createRemoteJWKSet, decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyAccessToken } from "../../trust/access-token.ts";
import { portalClient, proofs, refusalOf, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { registerConfidential, registerResource } from "./support/registration.ts";

const registry = "https://registry.example/api";
let identity: TestIdentity;
let health: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  await registerResource(identity, {
    resource: registry,
    sector: "government",
    scopes: ["registry:look"],
    clientScopes: ["schema:publish", "schema:check", "schema:promote"],
  });
  health = await registerConfidential(identity, "health-department", {
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
    client_credentials_scope: "schema:publish schema:check registry:look",
  });
});
afterAll(() => identity.close());

const ask = (parameters: Record<string, string>) =>
  oidc.clientCredentialsGrant(health.configuration, parameters, proofs(health));

describe("client credentials (RFC 6749, 4.4)", () => {
  it("give a department a token in its own name, for one resource, for five minutes", async () => {
    const tokens = await ask({ resource: registry, scope: "schema:publish" });
    const { exp = 0, iat = 0, ...claims } = decodeJwt(tokens.access_token);
    expect(claims).toEqual({
      iss: identity.issuer,
      aud: registry,
      cnf: { jkt: await health.dpop?.calculateThumbprint() },
      sub: "health-department",
      client_id: "health-department",
      scope: "schema:publish",
      jti: expect.any(String),
    });
    expect(exp - iat).toBe(300);
    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.id_token).toBeUndefined();
  });

  it("never give a token for the graph, where all data are citizens'", async () => {
    const refused = { status: 400, error: "invalid_target" };
    expect(await refusalOf(ask({ resource: identity.graph, scope: "health:read" }))).toEqual(refused);
  });

  it("give nothing without a resource, or for one that is not registered", async () => {
    const refused = { status: 400, error: "invalid_target" };
    expect(await refusalOf(ask({ scope: "openid" }))).toEqual(refused);
    expect(await refusalOf(ask({ resource: "https://elsewhere.example", scope: "schema:publish" }))).toEqual(refused);
  });

  it.each([
    ["that the resource has and the client is not registered for", "schema:promote"],
    ["that only a citizen can allow", "registry:look"],
    ["beside one that is allowed", "schema:publish openid"],
  ])("refuse a scope %s", async (_case, scope) => {
    const refused = await refusalOf(ask({ resource: registry, scope }));
    expect(refused).toEqual({ status: 400, error: "invalid_scope" });
  });

  it("want the scope to be named", async () => {
    expect(await refusalOf(ask({ resource: registry }))).toEqual({ status: 400, error: "invalid_request" });
  });

  it("are for clients that are registered for them", async () => {
    const portal = await portalClient(identity);
    const refused = refusalOf(
      oidc.clientCredentialsGrant(portal.configuration, { resource: registry }, proofs(portal)),
    );
    expect(await refused).toEqual({ status: 400, error: "invalid_request" });
  });

  it("do not open a resource that takes citizens: its check refuses a token that nobody stands behind", async () => {
    const { access_token: token } = await ask({ resource: registry, scope: "schema:check" });
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    const checked = verifyAccessToken(token, { issuer: identity.issuer, audience: registry, keys });
    await expect(checked).rejects.toMatchObject({ code: "TOKEN_INVALID" });
  });
});
