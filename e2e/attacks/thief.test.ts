/** Attacks of a thief: with a token that was copied, or with a call that was overheard inside. */
import { createHash, randomUUID } from "node:crypto";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { createPossessionCheck } from "../../trust/possession.ts";
import { transactionTokenHeader } from "../../trust/transaction-token.ts";
import { attack } from "./support/attack.ts";
import { ending, somebody, type Town, towns } from "./support/town.ts";

const { real, weak } = towns();
const now = () => Math.floor(Date.now() / 1000);

interface Key {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function newKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  return { privateKey, jwk: await exportJWK(publicKey) };
}

/** A citizen's token that is bound to a key, and the key. */
async function bound(town: Town) {
  const key = await newKey();
  const token = await town.token(somebody(), { cnf: { jkt: await calculateJwkThumbprint(key.jwk) } });
  return { key, token };
}

async function proof(town: Town, token: string, { privateKey, jwk }: Key, claims: object = {}): Promise<string> {
  const ath = createHash("sha256").update(token).digest("base64url");
  const good = { htm: "POST", htu: `${town.url}/graphql`, ath, iat: now(), jti: randomUUID() };
  return await new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
    .sign(privateKey);
}

async function show(town: Town, token: string, dpop?: string, scheme = "DPoP"): Promise<string> {
  const headers = { authorization: `${scheme} ${token}`, ...(dpop && { dpop }) };
  return ending(await town.ask("{ me { name } }", { headers }), "Name of");
}

const unproven = {
  against: "a gateway that asks for no proof of possession",
  real,
  weak: weak({ gateway: { admission: () => ({ checkPossession: async () => {} }) } }),
};

attack("he shows a copied token without its key", {
  ...unproven,
  attempt: async (town) => await show(town, (await bound(town)).token),
  meets: "DPOP_PROOF_INVALID",
});

attack("he shows a copied token as one that is bound to nothing", {
  real,
  weak: "cannot be shown: the scheme is held against the token in every gateway that verifies one",
  attempt: async (town) => await show(town, (await bound(town)).token, undefined, "Bearer"),
  meets: "TOKEN_INVALID",
});

attack("he proves a copied token with a key of his own", {
  ...unproven,
  attempt: async (town) => {
    const { token } = await bound(town);
    return await show(town, token, await proof(town, token, await newKey()));
  },
  meets: "DPOP_PROOF_INVALID",
});

attack("he sends her proof once more", {
  against: "a gateway that remembers no proof",
  real,
  weak: weak({
    gateway: {
      admission: ({ accessTokens }) => ({
        checkPossession: createPossessionCheck(accessTokens.audience, async () => true),
      }),
    },
  }),
  attempt: async (town) => {
    const { key, token } = await bound(town);
    const hers = await proof(town, token, key);
    await show(town, token, hers);
    return await show(town, token, hers);
  },
  meets: "DPOP_PROOF_INVALID",
});

attack("he passes on a proof that she made for another address", {
  against: "a gateway that takes proofs for that address",
  real,
  weak: weak({
    gateway: {
      admission: () => ({ checkPossession: createPossessionCheck("https://shop.example/", async () => true) }),
    },
  }),
  attempt: async (town) => {
    const { key, token } = await bound(town);
    return await show(town, token, await proof(town, token, key, { htu: "https://shop.example/" }));
  },
  meets: "DPOP_PROOF_INVALID",
});

attack("he turns her proof for a GET into one for a POST", {
  ...unproven,
  attempt: async (town) => {
    const { key, token } = await bound(town);
    return await show(town, token, await proof(town, token, key, { htm: "GET" }));
  },
  meets: "DPOP_PROOF_INVALID",
});

attack("he shows a proof that she made for another of her tokens", {
  ...unproven,
  attempt: async (town) => {
    const { key, token } = await bound(town);
    return await show(town, token, await proof(town, `${token}x`, key));
  },
  meets: "DPOP_PROOF_INVALID",
});

attack("he keeps a proof for ten minutes", {
  ...unproven,
  attempt: async (town) => {
    const { key, token } = await bound(town);
    return await show(town, token, await proof(town, token, key, { iat: now() - 600 }));
  },
  meets: "DPOP_PROOF_INVALID",
});

const believing = weak({ believing: true });
const unguarded = { against: "a subgraph without the kit", real, weak: believing };

/** What a citizen's request made the gateway send to health. */
async function overheard(town: Town) {
  await town.ask("{ me { scheme } }", { token: await town.token(somebody()) });
  const call = town.departments.health.received.at(-1);
  if (!call) throw new Error("health was not asked");
  const { host: _host, connection: _connection, "content-length": _length, ...headers } = call.headers;
  return { headers: headers as Record<string, string>, body: call.body, txn: String(headers[transactionTokenHeader]) };
}

/** Sends a department what was overheard, or something like it. */
async function replay(url: string, headers: Readonly<Record<string, string>>, body: string, secret: string) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return ending({ status: answer.status, headers: answer.headers, ...((await answer.json()) as object) }, secret);
}

attack("he asks a subgraph without the gateway and without a token", {
  ...unguarded,
  attempt: async (town) => {
    const { body } = await overheard(town);
    return await replay(town.departments.health.url, {}, body, "RESIDENT");
  },
  meets: "UNAUTHENTICATED",
});

attack("he tells a subgraph in bare headers who he is", {
  ...unguarded,
  attempt: async (town) => {
    const { body } = await overheard(town);
    const sub = town.forms("government").seal(somebody());
    const claims = Buffer.from(JSON.stringify({ sub, scope: "health:read" })).toString("base64url");
    const headers = { "x-user-id": sub, "x-forwarded-user": sub, [transactionTokenHeader]: `e30.${claims}.` };
    return await replay(town.departments.health.url, headers, body, "RESIDENT");
  },
  meets: "UNAUTHENTICATED",
});

attack("he shows a subgraph the access token that he copied", {
  ...unguarded,
  attempt: async (town) => {
    const { body } = await overheard(town);
    const token = await town.token(somebody());
    const headers = { authorization: `Bearer ${token}`, [transactionTokenHeader]: token };
    return await replay(town.departments.health.url, headers, body, "RESIDENT");
  },
  meets: "UNAUTHENTICATED",
});

attack("he shows one subgraph the transaction token for another", {
  ...unguarded,
  attempt: async (town) => {
    const { headers, txn } = await overheard(town);
    const body = JSON.stringify({ query: "{ me { name } }" });
    return await replay(town.departments.citizen.url, { ...headers, [transactionTokenHeader]: txn }, body, "Name of");
  },
  meets: "UNAUTHENTICATED",
});

attack("he puts another subject into a transaction token", {
  ...unguarded,
  attempt: async (town) => {
    const { headers, body, txn } = await overheard(town);
    const [head, payload = "", signature] = txn.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const sub = town.forms("government").seal(somebody());
    const altered = Buffer.from(JSON.stringify({ ...claims, sub })).toString("base64url");
    const shown = { ...headers, [transactionTokenHeader]: `${head}.${altered}.${signature}` };
    return await replay(town.departments.health.url, shown, body, "RESIDENT");
  },
  meets: "UNAUTHENTICATED",
});

attack("he signs a transaction token with a key of his own and says that it is the gateway's", {
  ...unguarded,
  attempt: async (town) => {
    const { headers, body, txn } = await overheard(town);
    const [head = "", payload = ""] = txn.split(".");
    const { privateKey } = await newKey();
    const decoded = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    const forged = await new SignJWT(decoded(payload)).setProtectedHeader(decoded(head)).sign(privateKey);
    const shown = { ...headers, [transactionTokenHeader]: forged };
    return await replay(town.departments.health.url, shown, body, "RESIDENT");
  },
  meets: "UNAUTHENTICATED",
});

attack("he sends a subgraph the whole call that he overheard once more, signature and all", {
  ...unguarded,
  attempt: async (town) => {
    const { headers, body } = await overheard(town);
    return await replay(town.departments.health.url, headers, body, "RESIDENT");
  },
  meets: "UNAUTHENTICATED",
});

attack("he puts another body under the signature that he overheard", {
  ...unguarded,
  attempt: async (town) => {
    const { headers, body } = await overheard(town);
    return await replay(town.departments.health.url, headers, body.replace("scheme", "scheme hospital"), "north");
  },
  meets: "UNAUTHENTICATED",
});

attack("he sends the call with its signature to another service", {
  ...unguarded,
  attempt: async (town) => {
    const { headers } = await overheard(town);
    return await replay(town.departments.citizen.url, headers, JSON.stringify({ query: "{ me { name } }" }), "Name of");
  },
  meets: "UNAUTHENTICATED",
});

attack("he takes the signature away and keeps the token", {
  ...unguarded,
  attempt: async (town) => {
    const { body, txn } = await overheard(town);
    return await replay(town.departments.health.url, { [transactionTokenHeader]: txn }, body, "RESIDENT");
  },
  meets: "UNAUTHENTICATED",
});
