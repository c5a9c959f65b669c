/** Attacks of somebody who has a copy of the database. */
import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { sealKey } from "../../keys/sealing.ts";
import { attack, identities, withAdapter, worked } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import { begin, portalClient, signIn } from "../support/client.ts";
import { createUserAgent } from "../support/user-agent.ts";

const { real, weak } = identities();

async function newKey(): Promise<JWK> {
  return await exportJWK((await generateKeyPair("ES256", { extractable: true })).privateKey);
}

attack("a signing key read in a copy of the database, and used to make tokens", {
  source: "RFC 8725 3.5; ASVS 9.1.3",
  real: () => async (jwk: JWK) => await sealKey("1", { ...jwk, kty: "EC" }, [randomBytes(32)]),
  // As it would be without a key-encryption key.
  weak: () => async (jwk: JWK) => JSON.stringify(jwk),
  attempt: async (store) => {
    const row = await store(await newKey());
    try {
      const key = await importJWK(JSON.parse(row) as JWK, "ES256");
      await new SignJWT({}).setProtectedHeader({ alg: "ES256" }).sign(key);
      return worked;
    } catch {
      return "nothing that signs";
    }
  },
  meets: "nothing that signs",
});

attack("a session read in a copy of the database, and taken over", {
  source: "ASVS 7.2.3",
  real,
  weak: weak({
    ...withAdapter("Session", (sessions) => ({
      upsert: async (id, payload, seconds) =>
        await sessions.upsert(id, { ...payload, state: { ...payload.state, id } }, seconds),
    })),
  }),
  attempt: async (identity) => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    const cookie = [...agent.cookies].find(([key]) => key.endsWith(" huimin_identity_session"))?.[1] ?? "";
    const rows = await identity.database.query<{ row: string }>("SELECT a::text AS row FROM oidc_artefact a");
    return rows.some(({ row }) => row.includes(cookie)) ? worked : "only a hash";
  },
  meets: "only a hash",
});

attack("a session cookie whose value was guessed or found, without identity's signature on it", {
  source: "ASVS 7.2.1",
  real,
  weak: weak({
    configuration: (one) => ({ ...one, cookies: { ...one.cookies, long: { ...one.cookies?.long, signed: false } } }),
  }),
  attempt: async (identity) => {
    const portal = await portalClient(identity);
    const { agent } = await signIn(identity, portal, aygul);
    const thief = createUserAgent(identity.issuer);
    for (const [key, value] of agent.cookies) {
      if (key.endsWith(" huimin_identity_session")) (thief.cookies as Map<string, string>).set(key, value);
    }
    const { page } = await begin(identity, portal, { agent: thief });
    return page.leavesTo?.searchParams.has("code") ? worked : "asked to sign in";
  },
  meets: "asked to sign in",
});
