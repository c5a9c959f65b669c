/** Confusions of JSON Web Tokens (RFC 8725), at the check by which the graph takes access tokens. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  EmbeddedJWK,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { beforeAll, vi } from "vitest";
import { verifyAccessToken } from "../../../trust/access-token.ts";
import { HuiminError } from "../../../trust/errors.ts";
import { attack, identities, worked } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import { portalClient, redeem, signIn } from "../support/client.ts";
import type { TestIdentity } from "../support/identity.ts";

const { real } = identities();

let identity: TestIdentity;
let tokens: { readonly access: string; readonly id: string };
let published: JWK;

beforeAll(async () => {
  identity = await real();
  const portal = await portalClient(identity);
  const given = await redeem(portal, await signIn(identity, portal, aygul));
  tokens = { access: given.access_token, id: given.id_token ?? "" };
  const { keys } = (await (await fetch(`${identity.issuer}/jwks`)).json()) as { keys: JWK[] };
  published = keys.find(({ alg }) => alg === "ES256") ?? {};
});

/** Takes a token or throws. */
type Check = (token: string) => Promise<unknown>;

/** The graph's own check. */
const graph = (): Check => (token) =>
  verifyAccessToken(token, {
    issuer: identity.issuer,
    audience: identity.graph,
    keys: createRemoteJWKSet(new URL(`${identity.issuer}/jwks`)),
  });

async function outcome(check: Check, token: string): Promise<string> {
  try {
    await check(token);
    return worked;
  } catch (error) {
    if (error instanceof HuiminError) return error.code;
    throw error;
  }
}

/** The claims of a token that the graph took, with more scopes. */
const widened = () => ({ ...decodeJwt(tokens.access), scope: "citizen:read health:read pension:read" });
const header = () => ({ alg: "ES256", typ: "at+jwt", kid: published.kid ?? "" });

attack("a token without a signature", {
  source: "RFC 8725 2.1; ASVS 9.1.2",
  real: graph,
  weak: (): Check => async (token) => decodeJwt(token),
  attempt: async (check) => await outcome(check, new UnsecuredJWT(widened()).encode()),
  meets: "TOKEN_INVALID",
});

attack("a token whose claims were changed after it was signed", {
  source: "ASVS 9.1.1",
  real: graph,
  weak: (): Check => async (token) => decodeJwt(token),
  attempt: async (check) => {
    const [head, , signature] = tokens.access.split(".");
    const claims = Buffer.from(JSON.stringify(widened())).toString("base64url");
    return await outcome(check, [head, claims, signature].join("."));
  },
  meets: "TOKEN_INVALID",
});

attack("a token signed by HMAC with the published key as the secret", {
  source: "RFC 8725 2.1; ASVS 9.1.2",
  real: graph,
  // Lets the token say by which algorithm it is to be checked.
  weak: (): Check => async (token) =>
    await jwtVerify(token, async ({ alg }) =>
      alg === "HS256" ? new TextEncoder().encode(JSON.stringify(published)) : await importJWK(published),
    ),
  attempt: async (check) => {
    const known = new TextEncoder().encode(JSON.stringify(published));
    const forged = new SignJWT(widened()).setProtectedHeader({ ...header(), alg: "HS256" });
    return await outcome(check, await forged.sign(known));
  },
  meets: "TOKEN_INVALID",
});

attack("a token that brings its own key", {
  source: "RFC 8725 3.10; ASVS 9.1.3",
  real: graph,
  weak: (): Check => async (token) => await jwtVerify(token, EmbeddedJWK),
  attempt: async (check) => {
    const own = await generateKeyPair("ES256");
    const jwk = await exportJWK(own.publicKey);
    const forged = new SignJWT(widened()).setProtectedHeader({ ...header(), jwk });
    return await outcome(check, await forged.sign(own.privateKey));
  },
  meets: "TOKEN_INVALID",
});

attack("a token that names the address of its key", {
  source: "RFC 8725 3.10; ASVS 9.1.3",
  real: graph,
  weak: (): Check => async (token) =>
    await jwtVerify(token, async ({ jku }) => {
      const keys = JSON.parse(Buffer.from(String(jku).split(",")[1] ?? "", "base64").toString()) as { keys: JWK[] };
      return await createLocalJWKSet(keys)({ alg: "ES256" });
    }),
  attempt: async (check) => {
    const own = await generateKeyPair("ES256");
    const keys = [{ ...(await exportJWK(own.publicKey)), alg: "ES256" }];
    const jku = `data:application/json;base64,${Buffer.from(JSON.stringify({ keys })).toString("base64")}`;
    const forged = new SignJWT(widened()).setProtectedHeader({ ...header(), jku });
    return await outcome(check, await forged.sign(own.privateKey));
  },
  meets: "TOKEN_INVALID",
});

/** Asks for the signature and nothing else. */
const signatureAlone = (): Check => async (token) => await jwtVerify(token, await importJWK(published));

attack("an ID token in the place of an access token", {
  source: "RFC 8725 3.11; ASVS 9.2.2",
  real: graph,
  weak: signatureAlone,
  attempt: async (check) => await outcome(check, tokens.id),
  meets: "TOKEN_INVALID",
});

attack("a token for another resource than the graph", {
  source: "RFC 9700 4.9; ASVS 9.2.3; ASVS 10.3.1",
  // A resource server that has another name than the graph.
  real: (): Check => (token) =>
    verifyAccessToken(token, {
      issuer: identity.issuer,
      audience: "https://power.example/api",
      keys: createRemoteJWKSet(new URL(`${identity.issuer}/jwks`)),
    }),
  weak: signatureAlone,
  attempt: async (check) => await outcome(check, tokens.access),
  meets: "TOKEN_INVALID",
});

attack("a token whose time is over", {
  source: "ASVS 9.2.1",
  real: graph,
  weak: (): Check => async (token) => decodeJwt(token),
  attempt: async (check) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6 * 60 * 1000 });
    const end = await outcome(check, tokens.access);
    vi.useRealTimers();
    return end;
  },
  meets: "TOKEN_EXPIRED",
});
