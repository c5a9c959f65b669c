import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { graceSeconds } from "../provider/refresh-rotation.ts";
import { aygul } from "./support/citizens.ts";
import {
  portalClient,
  redeem,
  refresh,
  refusalOf,
  registerOidc,
  registerPublic,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let app: TestClient;
let site: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  app = await registerPublic(identity, "app");
  site = await registerOidc(identity, "site");
});
afterAll(() => identity.close());

/** A refresh token of a new sign-in. */
async function firstTokenOf(client: TestClient): Promise<string> {
  await identity.database.query("DELETE FROM consent");
  const attempt = await signIn(identity, client, aygul);
  const page = attempt.page.leavesTo ? attempt.page : await attempt.agent.submit(attempt.page, { action: "allow" });
  return (await redeem(client, { ...attempt, page })).refresh_token ?? "";
}

const next = async (client: TestClient, token: string) => (await refresh(client, token)).refresh_token ?? "";

/** Lets time go by since every token that was used was used first. */
const wait = (seconds: number) =>
  identity.database.query(
    "UPDATE oidc_artefact SET consumed_at = consumed_at - make_interval(secs => $1) WHERE consumed_at IS NOT NULL",
    [seconds],
  );

const told = () =>
  identity.database.query(`SELECT kind, client_id AS "clientId", network FROM account_history WHERE citizen_id = $1`, [
    aygul.citizenId,
  ]);

const announced = () =>
  identity.database.query(
    `SELECT payload ->> 'clientId' AS "clientId", payload ->> 'initiator' AS initiator
     FROM security_event WHERE kind = 'grant-revoked' AND account_id = $1`,
    [aygul.citizenId],
  );

const worthless = { status: 400, error: "invalid_grant" };

beforeEach(async () => {
  await identity.database.query("DELETE FROM account_history");
  await identity.database.query("DELETE FROM security_event");
});

describe("the refresh token of a confidential client", () => {
  it("stays the same with every use: it is bound to the client's key, and an answer may be lost", async () => {
    const portal = await portalClient(identity);
    const token = await firstTokenOf(portal);
    expect(await next(portal, token)).toBe(token);
    await wait(graceSeconds);
    const uses = await Promise.all(Array.from({ length: 10 }, () => next(portal, token)));
    expect(new Set(uses)).toEqual(new Set([token]));
  });
});

describe.each([
  ["public", () => app],
  ["oidc", () => site],
] as const)("the refresh token of a client that keeps no secret (%s)", (_profile, client) => {
  it("changes with each use", async () => {
    const tokens = [await firstTokenOf(client())];
    for (let i = 0; i < 3; i += 1) tokens.push(await next(client(), tokens.at(-1) ?? ""));
    expect(new Set(tokens).size).toBe(4);
  });

  it("gives two tabs, one after the other, the same successor, and both go on", async () => {
    const first = await firstTokenOf(client());
    const [mine, hers] = [await next(client(), first), await next(client(), first)];
    expect(hers).toBe(mine);
    const later = await next(client(), mine);
    expect(await next(client(), hers)).toBe(later);
    expect(await next(client(), later)).toMatch(/^[\w-]{43}$/);
    expect(await announced()).toEqual([]);
  });

  it("gives ten at once the same successor, which is good", async () => {
    const first = await firstTokenOf(client());
    const successors = await Promise.all(Array.from({ length: 10 }, () => next(client(), first)));
    expect(new Set(successors).size).toBe(1);
    expect(await next(client(), successors[0] ?? "")).not.toBe(successors[0]);
    const [{ live } = { live: 0 }] = await identity.database.query<{ live: number }>(
      `SELECT count(*)::int AS live FROM oidc_artefact WHERE model = 'RefreshToken' AND consumed_at IS NULL
       AND grant_id = (SELECT grant_id FROM oidc_artefact WHERE model = 'RefreshToken' AND id_hash = sha256($1::bytea))`,
      [first],
    );
    expect(live).toBe(1);
  });

  it("kills its whole family when it is used once more after the window, and she is told", async () => {
    const first = await firstTokenOf(client());
    const second = await next(client(), first);
    const third = await next(client(), second);
    await wait(graceSeconds + 1);
    expect(await refusalOf(refresh(client(), first))).toEqual(worthless);
    expect(await refusalOf(refresh(client(), third))).toEqual(worthless);
    const clientId = client().configuration.clientMetadata().client_id;
    expect(await told()).toContainEqual({
      kind: "refresh-token-reused",
      clientId,
      network: expect.stringMatching(/^(127\.0\.0\.|::)/),
    });
    expect(await announced()).toEqual([{ clientId, initiator: "policy" }]);
  });

  it("is gone for good once the family is dead: within the window, too, nothing brings it back", async () => {
    const first = await firstTokenOf(client());
    const second = await next(client(), first);
    await identity.database.query("DELETE FROM oidc_artefact WHERE model = 'Grant'");
    expect(await refusalOf(refresh(client(), first))).toEqual(worthless);
    expect(await refusalOf(refresh(client(), second))).toEqual(worthless);
  });

  it("cannot be computed from what a store holds", async () => {
    const second = await next(client(), await firstTokenOf(client()));
    const rows = await identity.database.query("SELECT * FROM oidc_artefact");
    expect(JSON.stringify(rows)).not.toContain(second);
  });
});

describe.each([
  ["of the city", () => portalClient(identity)],
  ["that is registered", async () => app],
] as const)("the refresh token of a client %s", (_kind, clientOf) => {
  it.each([
    [
      "the session has ended, though a request under way wrote it once more",
      "INSERT INTO ended_session (uid) SELECT DISTINCT uid FROM oidc_artefact WHERE model = 'Session'",
    ],
    ["the session is gone", "DELETE FROM oidc_artefact WHERE model = 'Session'"],
    [
      "the session is another's",
      "UPDATE oidc_artefact SET payload = payload || '{\"accountId\": \"00000000-0000-4000-8000-000000000000\"}' WHERE model = 'Session'",
    ],
    ["the grant is gone", "DELETE FROM oidc_artefact WHERE model = 'Grant'"],
    ["the token itself is gone", "DELETE FROM oidc_artefact WHERE model = 'RefreshToken'"],
  ])("is worthless from the moment when %s", async (_what, statement) => {
    const client = await clientOf();
    const token = await next(client, await firstTokenOf(client));
    await identity.database.query(statement);
    expect(await refusalOf(refresh(client, token))).toEqual(worthless);
  });
});

describe("a refresh token that is bound to a key", () => {
  it("is worth nothing to who holds another, and is not lost by the attempt", async () => {
    const token = await firstTokenOf(app);
    const thief = await registerPublic(identity, "thief");
    const stolen = { ...app, dpop: thief.dpop };
    expect(await refusalOf(refresh(stolen, token))).toEqual(worthless);
    expect(await refusalOf(refresh({ ...app, dpop: undefined }, token))).toEqual(worthless);
    expect(await next(app, token)).toMatch(/./);
  });
});
