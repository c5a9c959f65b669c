/** Attacks of a citizen or a client with a token that is not what the graph takes. */
import { createHmac, createPublicKey, randomBytes } from "node:crypto";
import { decodeJwt, type JWTPayload } from "jose";
import { afterAll, beforeAll } from "vitest";
import type { Admit } from "../../gateway/admission/admit.ts";
import { startIssuer, type TestIssuer } from "../../gateway/test/issuer.ts";
import { parseScopes } from "../../trust/caller.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { attack } from "./support/attack.ts";
import { ending, somebody, type Town, towns } from "./support/town.ts";

const { real, weak } = towns();

/** Believes what a token says, whoever wrote it. */
const decodeOnly: Admit = async ({ headers: { authorization = "" } }) => {
  const token = authorization.replace(/^Bearer /, "");
  const { sub = "", scope, client_id: clientId } = payloadOf(token);
  const expiresAt = Math.floor(Date.now() / 1000) + 60;
  const caller = { subject: sub, clientId: String(clientId), scopes: parseScopes(scope), expiresAt };
  return { admitted: { kind: "signed in", caller, tokenId: token, level: null, signedInAt: null, role: null } };
};

function payloadOf(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return { sub: token, scope: "citizen:read" };
  }
}

const decoding = weak({ gateway: { admit: () => decodeOnly } });
const reads = async (town: Town, token: string) => ending(await town.ask("{ me { name } }", { token }), "Name of");
const base64 = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const unsigned = { against: "a gateway that decodes tokens and verifies none", real, weak: decoding };

attack("she writes her own token and signs it with nothing (alg none)", {
  ...unsigned,
  attempt: async (town) => {
    const [, payload] = (await town.token(somebody())).split(".");
    return await reads(town, `${base64({ alg: "none", typ: "at+jwt" })}.${payload}.`);
  },
  meets: "TOKEN_INVALID",
});

attack("she signs a token with identity's public key as if it were a secret (HS256)", {
  ...unsigned,
  attempt: async (town) => {
    const { publicJwk, kid } = town.issuer.key();
    const secret = createPublicKey({ key: publicJwk, format: "jwk" }).export({ type: "spki", format: "pem" });
    const [, payload] = (await town.token(somebody())).split(".");
    const text = `${base64({ alg: "HS256", typ: "at+jwt", kid })}.${payload}`;
    return await reads(town, `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`);
  },
  meets: "TOKEN_INVALID",
});

attack("she puts another's name into her own token", {
  ...unsigned,
  attempt: async (town) => {
    const [header, payload = "", signature] = (await town.token(somebody())).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const changed = base64({ ...claims, sub: town.forms("government").seal(somebody()) });
    return await reads(town, `${header}.${changed}.${signature}`);
  },
  meets: "TOKEN_INVALID",
});

let stranger: TestIssuer;
beforeAll(async () => {
  stranger = await startIssuer();
});
afterAll(() => stranger.stop());

attack("she brings a token of another issuer, who signs what he likes", {
  against: "a gateway that takes that issuer's word",
  real,
  weak: weak({
    gateway: {
      admission: ({ accessTokens }) => ({
        accessTokens: { ...accessTokens, issuer: stranger.url, keys: async () => stranger.key().publicJwk },
      }),
    },
  }),
  attempt: async (town) => {
    const { privateKey: key, kid } = stranger.key();
    return await reads(town, await town.token(somebody(), { iss: stranger.url }, { key, header: { kid } }));
  },
  meets: "TOKEN_INVALID",
});

const otherService = "https://library.example/api";

attack("she brings a token that was made for another service", {
  against: "a gateway that takes the other's audience",
  real,
  weak: weak({
    gateway: { admission: ({ accessTokens }) => ({ accessTokens: { ...accessTokens, audience: otherService } }) },
  }),
  attempt: async (town) => await reads(town, await town.token(somebody(), { aud: otherService })),
  meets: "TOKEN_INVALID",
});

attack("she brings an ID token in the place of an access token", {
  ...unsigned,
  attempt: async (town) => await reads(town, await town.token(somebody(), {}, { header: { typ: "JWT" } })),
  meets: "TOKEN_INVALID",
});

attack("she brings a refresh token in the place of an access token", {
  ...unsigned,
  attempt: async (town) => await reads(town, randomBytes(32).toString("base64url")),
  meets: "TOKEN_INVALID",
});

attack("somebody who reads along inside brings a transaction token in the place of an access token", {
  ...unsigned,
  attempt: async (town) => {
    await town.ask("{ me { name } }", { token: await town.token(somebody()) });
    return await reads(town, String(town.departments.citizen.received.at(-1)?.headers[transactionTokenHeader]));
  },
  meets: "TOKEN_INVALID",
});

attack("a client asks in its own name, without any citizen", {
  ...unsigned,
  attempt: async (town) => await reads(town, await town.token(somebody(), { sub: "portal", client_id: "portal" })),
  meets: "TOKEN_INVALID",
});

attack("she goes on with a token that has expired", {
  ...unsigned,
  attempt: async (town) => await reads(town, await town.token(somebody(), { exp: Math.floor(Date.now() / 1000) - 60 })),
  meets: "TOKEN_EXPIRED",
});
