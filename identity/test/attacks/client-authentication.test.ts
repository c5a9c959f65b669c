/** Attacks of whoever poses as a client. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { attack, identities, newName, worked } from "../support/attack.ts";
import { register } from "../support/client.ts";
import type { TestIdentity } from "../support/identity.ts";

const { real, weak } = identities();

const now = () => Math.floor(Date.now() / 1000);

/** A registered client of profile fapi2 and the key that proves it. */
async function registered(identity: TestIdentity, alg = "ES256") {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const clientId = newName();
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "1", use: "sig" }] };
  await register(identity, clientId, "fapi2", { jwks });
  return { clientId, key: privateKey, alg };
}

async function assertionOf(
  { issuer }: TestIdentity,
  { clientId, key, alg }: { readonly clientId: string; readonly key: CryptoKey; readonly alg: string },
  claims: JWTPayload = {},
): Promise<string> {
  const standard = { iss: clientId, sub: clientId, aud: issuer, jti: crypto.randomUUID(), exp: now() + 60 };
  return await new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg, kid: "1" }).sign(key);
}

/** Pushes a request in a client's name. */
async function push({ issuer, config }: TestIdentity, clientId: string, assertion?: string): Promise<string> {
  const body = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    scope: "openid",
    redirect_uri: clientId === "portal" ? `${config.portalUrl}/callback` : `${config.portalUrl}/${clientId}`,
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
    ...(assertion !== undefined && {
      client_assertion: assertion,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }),
  });
  const answer = await fetch(`${issuer}/request`, { method: "POST", body });
  return answer.status === 201 ? worked : ((await answer.json()) as { error: string }).error;
}

attack("a stranger who says that she is the portal", {
  source: "RFC 9700 2.5; ASVS 10.4.10",
  real,
  weak: weak({
    configuration: (one) => ({
      ...one,
      clients: one.clients?.map(({ jwks_uri: _none, token_endpoint_auth_signing_alg: _too, ...client }) =>
        client.client_id === "portal" ? { ...client, profile: "public", delegation_kinds: [] } : client,
      ),
    }),
  }),
  attempt: async (identity) => await push(identity, "portal"),
  meets: "invalid_client",
});

attack("a client's proof of itself that was overheard and is shown once more", {
  source: "ASVS 10.4.16",
  real,
  weak: weak({ fleeting: (store) => ({ ...store, add: async () => true }) }),
  attempt: async (identity) => {
    const client = await registered(identity);
    const assertion = await assertionOf(identity, client);
    await push(identity, client.clientId, assertion);
    return await push(identity, client.clientId, assertion);
  },
  meets: "invalid_client",
});

const lax = weak({
  configuration: (one) => ({
    ...one,
    assertJwtClientAuthClaimsAndHeader: async () => {},
    features: { ...one.features, fapi: { enabled: false } },
  }),
});

attack("a proof that was made for another server, which passes it on", {
  source: "RFC 9700 2.5; ASVS 10.4.16",
  real,
  weak: lax,
  attempt: async (identity) => {
    const client = await registered(identity);
    const aud = ["https://malicious.example", identity.issuer];
    return await push(identity, client.clientId, await assertionOf(identity, client, { aud }));
  },
  meets: "invalid_client",
});

attack("a proof that is good for a year, taken from a backup of the client", {
  source: "ASVS 10.4.16",
  real,
  weak: lax,
  attempt: async (identity) => {
    const client = await registered(identity);
    const exp = now() + 365 * 24 * 60 * 60;
    return await push(identity, client.clientId, await assertionOf(identity, client, { exp }));
  },
  meets: "invalid_client",
});

attack("a proof under an algorithm that is not on the list", {
  source: "RFC 8725 3.1; ASVS 9.1.2",
  real,
  weak: weak({
    configuration: (one) => ({
      ...one,
      enabledJWA: { ...one.enabledJWA, clientAuthSigningAlgValues: ["ES256", "RS256"] },
      features: { ...one.features, fapi: { enabled: false } },
    }),
  }),
  attempt: async (identity) => {
    const client = await registered(identity, "RS256");
    return await push(identity, client.clientId, await assertionOf(identity, client));
  },
  meets: "invalid_client",
});

attack("a registration whose key address leads identity to a neighbour inside the network", {
  source: "RFC 9700 2.5; ASVS 9.1.3",
  real,
  weak: weak({ configuration: (one) => ({ ...one, fetch: async (input) => await fetch(String(input)) }) }),
  attempt: async (identity) => {
    const { privateKey: key, publicKey } = await generateKeyPair("ES256");
    const keys = [{ ...(await exportJWK(publicKey)), kid: "1", use: "sig" }];
    let calls = 0;
    const neighbour = createServer((_request, response) => {
      calls += 1;
      response.setHeader("content-type", "application/json").end(JSON.stringify({ keys }));
    }).listen(0, "127.0.0.1");
    await once(neighbour, "listening");
    const address = neighbour.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const clientId = newName();
    await register(identity, clientId, "fapi2", { jwks_uri: `http://127.0.0.1:${port}/keys` });
    await push(identity, clientId, await assertionOf(identity, { clientId, key, alg: "ES256" }));
    neighbour.close();
    return calls > 0 ? worked : "never called";
  },
  meets: "never called",
});
