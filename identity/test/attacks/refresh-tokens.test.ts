/** Attacks with refresh tokens, of clients that hold them without a key. */
import { graceSeconds } from "../../provider/refresh-rotation.ts";
import { allowed, attack, identities, newName, outcomeOf, withAdapter } from "../support/attack.ts";
import { redeem, refresh, registerOidc, type TestClient } from "../support/client.ts";
import type { TestIdentity } from "../support/identity.ts";

const { real, weak } = identities();

/** A client that holds plain refresh tokens, and its first one. */
async function begun(identity: TestIdentity) {
  const client = await registerOidc(identity, newName());
  const attempt = await allowed(identity, client);
  const { refresh_token: token = "" } = await redeem(client, attempt);
  return { client, token, agent: attempt.agent };
}

const next = async (client: TestClient, token: string) => (await refresh(client, token)).refresh_token ?? token;

/** Lets the window pass in which a second use counts as the same one. */
const passWindow = ({ database }: TestIdentity) =>
  database.query("UPDATE oidc_artefact SET consumed_at = consumed_at - make_interval(secs => $1)", [graceSeconds + 1]);

const neverRotates = weak({ configuration: (one) => ({ ...one, rotateRefreshToken: () => false }) });

attack("a copy of a refresh token that its client has used since", {
  source: "RFC 9700 4.14; ASVS 10.4.5",
  real,
  weak: neverRotates,
  attempt: async (identity) => {
    const { client, token } = await begun(identity);
    await next(client, token);
    await passWindow(identity);
    return await outcomeOf(refresh(client, token));
  },
  meets: "invalid_grant",
});

attack("a thief who uses a copy first, and lives on when its client comes with the old one", {
  source: "RFC 9700 4.14; ASVS 10.4.5",
  real,
  weak: neverRotates,
  attempt: async (identity) => {
    const { client, token } = await begun(identity);
    const stolen = await next(client, token);
    await passWindow(identity);
    await outcomeOf(refresh(client, token));
    return await outcomeOf(refresh(client, stolen));
  },
  meets: "invalid_grant",
});

attack("a refresh token that outlives her sign-out", {
  source: "RFC 9700 4.14; ASVS 7.4.1",
  real,
  weak: weak({ configuration: (one) => ({ ...one, expiresWithSession: async () => false }) }),
  attempt: async (identity) => {
    const { client, token, agent } = await begun(identity);
    const page = await agent.open(`${identity.issuer}/session/end`);
    await agent.submit(page, { logout: "yes" });
    return await outcomeOf(refresh(client, token));
  },
  meets: "invalid_grant",
});

attack("a refresh token that a thief renews for ever", {
  source: "ASVS 10.4.8",
  real,
  weak: weak({
    configuration: (one) => ({
      ...one,
      ttl: { ...one.ttl, Grant: 10 * 365 * 24 * 60 * 60, RefreshToken: 10 * 365 * 24 * 60 * 60 },
      expiresWithSession: async () => false,
    }),
  }),
  attempt: async (identity) => {
    const { client, token } = await begun(identity);
    await age(identity, 25);
    return await outcomeOf(refresh(client, token));
  },
  meets: "invalid_grant",
});

/** Makes everything so many hours older. */
const age = ({ database }: TestIdentity, hours: number) =>
  database.query(
    `UPDATE oidc_artefact SET payload = payload || jsonb_build_object(
       'exp', (payload ->> 'exp')::bigint - $1 * 3600, 'iat', (payload ->> 'iat')::bigint - $1 * 3600)`,
    [hours],
  );

attack("a refresh token read in a copy of the database", {
  source: "RFC 9700 4.14; ASVS 10.4.5",
  real,
  weak: weak(
    withAdapter("RefreshToken", (tokens) => ({
      upsert: async (id, payload, seconds) => await tokens.upsert(id, { ...payload, extra: { id } }, seconds),
    })),
  ),
  attempt: async (identity) => {
    const { client, token } = await begun(identity);
    const rows = await identity.database.query<{ row: string }>("SELECT a::text AS row FROM oidc_artefact a");
    if (!rows.some(({ row }) => row.includes(token))) return "only a hash";
    return await outcomeOf(refresh(client, token));
  },
  meets: "only a hash",
});

attack("another client that found a refresh token", {
  source: "RFC 9700 4.14; ASVS 10.4.5",
  real,
  weak: "cannot be shown: the library has no setting that leaves out whose token it is",
  attempt: async (identity) => {
    const { token } = await begun(identity);
    const { client: another } = await begun(identity);
    return await outcomeOf(refresh(another, token));
  },
  meets: "invalid_grant",
});
