/** Attacks of somebody who has a copy of the database. */
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { attack, identities, withAdapter, worked } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import { begin, portalClient, signIn } from "../support/client.ts";
import { createUserAgent } from "../support/user-agent.ts";

const { real, weak } = identities();

async function newKey(): Promise<JWK> {
  return await exportJWK((await generateKeyPair("ES256", { extractable: true })).privateKey);
}

/** The texts that stand in a table of signing keys. */
type Copy = () => Promise<readonly string[]>;

attack("a signing key read in a copy of the database, and used to make tokens", {
  source: "RFC 8725 3.5; ASVS 9.1.3",
  real: (): Copy => async () => {
    const { database } = await real();
    const rows = await database.query<Record<string, unknown>>("SELECT * FROM signing_key");
    return rows.flatMap((row) => Object.values(row)).map((value) => String(value));
  },
  // As the table would be without a key-encryption key.
  weak: (): Copy => async () => [JSON.stringify(await newKey())],
  attempt: async (copy) => {
    const texts = await copy();
    if (texts.length === 0) return "nothing was read";
    const signatures = await Promise.all(texts.map(signedWith));
    return signatures.includes(true) ? worked : "nothing that signs";
  },
  meets: "nothing that signs",
});

async function signedWith(text: string): Promise<boolean> {
  try {
    const key = await importJWK(JSON.parse(text) as JWK, "ES256");
    return (await new SignJWT({}).setProtectedHeader({ alg: "ES256" }).sign(key)) !== "";
  } catch {
    return false;
  }
}

attack("a session read in a copy of the database, and taken over", {
  source: "ASVS 7.2.3",
  real,
  weak: weak(
    withAdapter("Session", (sessions) => ({
      upsert: async (id, payload, seconds) =>
        await sessions.upsert(id, { ...payload, state: { ...payload.state, id } }, seconds),
    })),
  ),
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
