import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aygul } from "./support/citizens.ts";
import { portalClient, publicClient, redeem, refresh, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { ownToken, registerResource, registerService } from "./support/registration.ts";

const registry = "https://registry.example/api";
let identity: TestIdentity;
let portal: TestClient;
let graphServer: TestClient;
let stranger: TestClient;
let publisher: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  await registerResource(identity, { resource: registry, sector: "government", clientScopes: ["schema:publish"] });
  portal = await portalClient(identity);
  graphServer = await registerService(identity, "gateway", { protected_resources: [identity.graph] });
  stranger = await registerService(identity, "stranger", { protected_resources: [registry] });
  publisher = await registerService(identity, "publisher", {
    grant_types: ["client_credentials"],
    client_credentials_scope: "schema:publish",
  });
});
afterAll(() => identity.close());

const look = (client: TestClient, token: string) => oidc.tokenIntrospection(client.configuration, token);
const events = (kind: string) =>
  identity.database.query<{ payload: object }>("SELECT payload FROM security_event WHERE kind = $1", [kind]);

describe("introspection (RFC 7662)", () => {
  it("tells the client and the resource server of an access token what it says, and nobody else", async () => {
    const { access_token: token } = await redeem(portal, await signIn(identity, portal, aygul));
    const answer = await look(graphServer, token);
    expect(answer).toMatchObject({
      active: true,
      client_id: "portal",
      aud: identity.graph,
      scope: "citizen:read health:read",
      sub: expect.stringMatching(/^hm1_/),
      exp: expect.any(Number),
    });
    expect(await look(portal, token)).toEqual(answer);
    expect(await look(stranger, token)).toEqual({ active: false });
  });

  it("tells a client of its refresh tokens and userinfo tokens, and nobody else", async () => {
    const opaque = { resource: null, scope: "openid" };
    const attempt = await signIn(identity, portal, aygul, { parameters: opaque });
    const { access_token: userinfo, refresh_token: renewal = "" } = await redeem(portal, attempt);
    for (const token of [userinfo, renewal]) {
      expect(await look(portal, token)).toMatchObject({ active: true, client_id: "portal" });
      expect(await look(graphServer, token)).toEqual({ active: false });
    }
  });

  it("tells a client without credentials nothing, not even of its own tokens", async () => {
    const graphiql = await publicClient(identity.issuer, "graphiql", `${identity.config.gatewayUrl}/graphiql/callback`);
    const { access_token: token } = await redeem(graphiql, await signIn(identity, graphiql, aygul));
    const answer = await fetch(`${identity.issuer}/token/introspection`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "graphiql", token }),
    });
    expect(await answer.json()).toEqual({ active: false });
    expect(await look(graphServer, token)).toMatchObject({ active: true });
  });

  it("calls a token inactive as soon as she has signed out", async () => {
    const attempt = await signIn(identity, portal, aygul);
    const { access_token: token } = await redeem(portal, attempt);
    expect(await look(graphServer, token)).toMatchObject({ active: true });
    const signOut = await attempt.agent.open(`${identity.issuer}/session/end`);
    await attempt.agent.submit(signOut, { logout: "yes" });
    expect(await look(graphServer, token)).toEqual({ active: false });
  });

  it("calls a forged, altered or other kind of token inactive", async () => {
    const { access_token: token, id_token: idToken = "" } = await redeem(portal, await signIn(identity, portal, aygul));
    const [head = "", body = "", signature = ""] = token.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString());
    const altered = Buffer.from(JSON.stringify({ ...claims, scope: "pension:read" })).toString("base64url");
    const unsigned = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString("base64url");
    for (const bad of [`${head}.${altered}.${signature}`, `${unsigned}.${body}.`, idToken, "e30.e30.e30"]) {
      expect(await look(portal, bad)).toEqual({ active: false });
    }
  });

  it("tells of a client's own token for a resource", async () => {
    const own = { resource: registry, scope: "schema:publish" };
    const { access_token: token } = await ownToken(publisher, own);
    expect(await look(stranger, token)).toMatchObject({ active: true, sub: "publisher", aud: registry });
    expect(await look(graphServer, token)).toEqual({ active: false });
  });

  it("answers with a signed token for whoever asks for one (RFC 9701)", async () => {
    const { access_token: token } = await redeem(portal, await signIn(identity, portal, aygul));
    const auditor = await registerService(identity, "auditor", {
      protected_resources: [identity.graph],
    });
    const signed = await rawIntrospection(auditor, token, "application/token-introspection+jwt");
    expect(signed.headers.get("content-type")).toContain("application/token-introspection+jwt");
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    const { payload, protectedHeader } = await jwtVerify(await signed.text(), keys, {
      issuer: identity.issuer,
      audience: "auditor",
      typ: "token-introspection+jwt",
    });
    expect(protectedHeader.alg).toBe("ES256");
    expect(payload.token_introspection).toMatchObject({ active: true, client_id: "portal", aud: identity.graph });
  });
});

/** The answer as it came, which openid-client would not show; the client is good for nothing else after that. */
async function rawIntrospection(client: TestClient, token: string, accept: string): Promise<Response> {
  let answer: Response | undefined;
  client.configuration[oidc.customFetch] = async (url, { method, headers, body }) => {
    answer = await fetch(url, { method, headers: { ...headers, accept }, body: body as BodyInit });
    return Response.json({ active: false });
  };
  await look(client, token);
  if (!answer) throw new Error("was not asked");
  return answer;
}

describe("revocation (RFC 7009)", () => {
  it("of an access token ends that token, and gateways hear of it", async () => {
    const { access_token: token, refresh_token: refreshToken = "" } = await redeem(
      portal,
      await signIn(identity, portal, aygul),
    );
    await oidc.tokenRevocation(portal.configuration, token);
    expect(await look(graphServer, token)).toEqual({ active: false });
    const [event] = (await events("token-revoked")).slice(-1);
    const { jti, exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    expect(event?.payload).toEqual({ tokenId: jti, expiresAt: exp, initiator: "user" });
    const fresh = await refresh(portal, refreshToken, { resource: identity.graph });
    expect(await look(graphServer, fresh.access_token)).toMatchObject({ active: true });
  });

  it("told ten times at once is told to gateways once", async () => {
    const { access_token: token } = await redeem(portal, await signIn(identity, portal, aygul));
    const before = (await events("token-revoked")).length;
    await Promise.all(Array.from({ length: 10 }, () => oidc.tokenRevocation(portal.configuration, token)));
    expect((await events("token-revoked")).length - before).toBe(1);
  });

  it("of a refresh token ends the access tokens that came of it too", async () => {
    const { access_token: token, refresh_token: refreshToken = "" } = await redeem(
      portal,
      await signIn(identity, portal, aygul),
    );
    await oidc.tokenRevocation(portal.configuration, refreshToken);
    expect(await look(graphServer, token)).toEqual({ active: false });
  });

  it("by anybody but its client changes nothing, and says nothing", async () => {
    const { access_token: token } = await redeem(portal, await signIn(identity, portal, aygul));
    await oidc.tokenRevocation(graphServer.configuration, token);
    await oidc.tokenRevocation(portal.configuration, "e30.e30.e30");
    expect(await look(graphServer, token)).toMatchObject({ active: true });
  });

  it("of a client's own token ends it", async () => {
    const own = { resource: registry, scope: "schema:publish" };
    const { access_token: token } = await ownToken(publisher, own);
    await oidc.tokenRevocation(publisher.configuration, token);
    expect(await look(stranger, token)).toEqual({ active: false });
  });
});
