import fc from "fast-check";
import { decodeJwt, decodeProtectedHeader } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sectorPseudonyms } from "../../trust/pseudonym.ts";
import { actorsOf, mostActors } from "../tokens/actors.ts";
import { aygul, wei } from "./support/citizens.ts";
import {
  portalClient,
  publicClient,
  redeem,
  refusalOf,
  registerFapi2,
  signIn,
  type TestClient,
} from "./support/client.ts";
import { enterGuardianship, registerPerson } from "./support/family.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { ownToken, registerResource, registerService, request, tokenExchange } from "./support/registration.ts";

const accessToken = "urn:ietf:params:oauth:token-type:access_token";
const scopes = ["citizen:read", "health:read", "utilities:read"];
/** Resources of five services, each of which may pass tokens on to all the others. */
const services = ["a", "b", "c", "d", "e"] as const;
const resourceOf = (service: string) => `https://${service}.example/api`;
const power = "https://power.example/api";

let identity: TestIdentity;
let portal: TestClient;
const clients = new Map<string, TestClient>();

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
  const audiences = [...services.map(resourceOf), power, identity.graph];
  await registerResource(identity, { resource: power, sector: "power", scopes: ["citizen:read", "utilities:read"] });
  for (const service of services) {
    await registerResource(identity, { resource: resourceOf(service), sector: "government", scopes });
    const served = service === "a" ? [resourceOf("a"), identity.graph] : [resourceOf(service)];
    const metadata = {
      grant_types: [tokenExchange],
      protected_resources: served,
      token_exchange_audiences: audiences,
    };
    clients.set(service, await registerService(identity, service, metadata));
  }
});
afterAll(() => identity.close());

const clientOf = (service: string): TestClient => {
  const client = clients.get(service);
  if (!client) throw new Error(`no client ${service}`);
  return client;
};

const exchange = (client: TestClient, token: string, parameters: Record<string, string>) =>
  request(client, tokenExchange, {
    subject_token: token,
    subject_token_type: accessToken,
    ...parameters,
  });

/** An access token of the portal for the graph, as the graph's server receives it. */
async function graphToken(citizen = aygul): Promise<string> {
  const parameters = { scope: "openid citizen:read health:read" };
  return (await redeem(portal, await signIn(identity, portal, citizen, { parameters }))).access_token;
}

describe("token exchange (RFC 8693)", () => {
  it("gives the server of a resource a token for the next one, with its own name in it", async () => {
    const subject = await graphToken();
    const answer = await exchange(clientOf("a"), subject, { resource: resourceOf("b"), scope: "health:read" });
    expect(answer).toMatchObject({ issued_token_type: accessToken, token_type: "dpop", scope: "health:read" });
    expect(answer.refresh_token).toBeUndefined();
    const [before, after] = [decodeJwt(subject), decodeJwt(answer.access_token)];
    expect(decodeProtectedHeader(answer.access_token)).toMatchObject({ typ: "at+jwt", alg: "ES256" });
    expect(after).toMatchObject({
      iss: identity.issuer,
      aud: resourceOf("b"),
      client_id: "a",
      sub: before.sub,
      scope: "health:read",
      act: { sub: "a", client_id: "a" },
      sector: "government",
      grant: before.grant,
      sid: before.sid,
      auth_time: before.auth_time,
    });
    expect(after.jti).not.toBe(before.jti);
    expect(after.exp).toBeLessThanOrEqual(before.exp ?? 0);
  });

  it("names each server on the way, the latest outermost", async () => {
    const first = await exchange(clientOf("a"), await graphToken(), { resource: resourceOf("b") });
    const second = await exchange(clientOf("b"), first.access_token, { audience: resourceOf("c") });
    expect(decodeJwt(second.access_token).act).toEqual({
      sub: "b",
      client_id: "b",
      act: { sub: "a", client_id: "a" },
    });
  });

  it("names the citizen as the sector of the resource knows her, not as the sector she comes from does", async () => {
    const parameters = { scope: "openid utilities:read" };
    const subject = (await redeem(portal, await signIn(identity, portal, wei, { parameters }))).access_token;
    const { access_token: token } = await exchange(clientOf("a"), subject, { resource: power });
    const { sub, sector } = decodeJwt(token);
    expect(sector).toBe("power");
    expect(sub).toBe(sectorPseudonyms(identity.config.pseudonymKey, "power").seal(wei.citizenId));
    expect(sub).not.toBe(decodeJwt(subject).sub);
  });

  it("keeps apart the person who acts for her and the clients, and ends with the right to act", async () => {
    const child = await registerPerson(identity.database, "古丽", { years: 9 });
    const guardianship = await enterGuardianship(identity.database, wei, child);
    const parameters = { scope: "openid citizen:read" };
    const asked = await signIn(identity, portal, wei, { parameters });
    const page = await asked.agent.submit(asked.page, { person: guardianship });
    const { access_token: subject } = await redeem(portal, { ...asked, page });
    const { access_token: token } = await exchange(clientOf("a"), subject, { resource: power });
    const inPower = sectorPseudonyms(identity.config.pseudonymKey, "power");
    expect(decodeJwt(token)).toMatchObject({
      sub: inPower.seal(child.citizenId),
      act: { sub: "a", client_id: "a", act: { sub: inPower.seal(wei.citizenId) } },
      withheld: decodeJwt(subject).withheld,
    });
    await identity.database.query("DELETE FROM guardianship WHERE guardianship_id = $1", [guardianship]);
    const refused = refusalOf(exchange(clientOf("a"), subject, { resource: power }));
    expect(await refused).toEqual({ status: 400, error: "invalid_request" });
  });

  it("lets a client exchange a token that was given to it", async () => {
    const shop = await registerFapi2(identity, "clinic", {
      sector: "government",
      grant_types: ["authorization_code", tokenExchange],
      token_exchange_audiences: [resourceOf("b")],
    });
    const attempt = await signIn(identity, shop, aygul);
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
    const { access_token: subject } = await redeem(shop, { ...attempt, page });
    const { access_token: token } = await exchange(shop, subject, { resource: resourceOf("b") });
    expect(decodeJwt(token)).toMatchObject({ client_id: "clinic", act: { sub: "clinic" } });
  });

  it("holds to may_act: only the client that the token names may exchange it (RFC 8693, 4.4)", async () => {
    const careful = await registerFapi2(identity, "careful", { sector: "government", may_act: "b" });
    const attempt = await signIn(identity, careful, aygul);
    const page = await attempt.agent.submit(attempt.page, { action: "allow" });
    const { access_token: subject } = await redeem(careful, { ...attempt, page });
    expect(decodeJwt(subject).may_act).toEqual({ sub: "b" });
    const refused = refusalOf(exchange(clientOf("a"), subject, { resource: resourceOf("b") }));
    expect(await refused).toEqual({ status: 400, error: "invalid_request" });
  });

  it("ends with the sign-in that it came of, and with any token on the way", async () => {
    const look = (token: string) => oidc.tokenIntrospection(clientOf("b").configuration, token);
    const attempt = await signIn(identity, portal, aygul);
    const { access_token: subject } = await redeem(portal, attempt);
    const { access_token: token } = await exchange(clientOf("a"), subject, { resource: resourceOf("b") });
    expect(await look(token)).toMatchObject({ active: true });
    await oidc.tokenRevocation(portal.configuration, subject);
    expect(await look(token)).toEqual({ active: false });

    const later = await redeem(portal, await signIn(identity, portal, aygul));
    const { access_token: next } = await exchange(clientOf("a"), later.access_token, { resource: resourceOf("b") });
    expect(await look(next)).toMatchObject({ active: true });
    await oidc.tokenRevocation(portal.configuration, later.refresh_token ?? "");
    expect(await look(next)).toEqual({ active: false });
  });
});

describe("token exchange refuses", () => {
  const refused = (parameters: Record<string, string>, client = clientOf("a"), token?: string) =>
    graphToken().then((subject) => refusalOf(exchange(client, token ?? subject, parameters)));
  const target = { resource: resourceOf("b") };

  it.each([
    ["a scope that the subject token lacks", { scope: "utilities:read" }, "invalid_scope"],
    ["a scope that the resource does not know", { scope: "citizen:read pension:read" }, "invalid_scope"],
    ["openid", { scope: "openid" }, "invalid_scope"],
    ["a resource that nobody registered", { resource: "https://nowhere.example/api" }, "invalid_target"],
    ["two resources at once", { audience: resourceOf("c") }, "invalid_target"],
    ["another type of token than an access token", { subject_token_type: "urn:x:id_token" }, "invalid_request"],
    ["to make anything but an access token", { requested_token_type: "urn:x:refresh_token" }, "invalid_request"],
    ["an actor token", { actor_token: "x", actor_token_type: accessToken }, "invalid_request"],
    ["a subject token that is none", { subject_token: "e30.e30.e30" }, "invalid_request"],
    ["no subject token", { subject_token: "" }, "invalid_request"],
  ])("%s", async (_case, parameters, error) => {
    expect(await refused({ ...target, ...parameters })).toEqual({ status: 400, error });
  });

  it("a request without a resource", async () => {
    expect(await refused({})).toEqual({ status: 400, error: "invalid_target" });
  });

  it("a resource outside the client's allow-list", async () => {
    const narrow = await registerService(identity, "narrow", {
      grant_types: [tokenExchange],
      protected_resources: [identity.graph],
      token_exchange_audiences: [resourceOf("c")],
    });
    expect(await refused(target, narrow)).toEqual({ status: 400, error: "invalid_target" });
  });

  it("identity's own administration, whatever is registered", async () => {
    const administration = `${identity.issuer}/admin`;
    await registerResource(identity, { resource: administration, sector: "government", scopes });
    const eager = await registerService(identity, "eager", {
      grant_types: [tokenExchange],
      protected_resources: [identity.graph],
      token_exchange_audiences: [administration],
    });
    expect(await refused({ resource: administration }, eager)).toEqual({ status: 400, error: "invalid_target" });
  });

  it("a token that was given to another client for another resource", async () => {
    expect(await refused(target, clientOf("c"))).toEqual({ status: 400, error: "invalid_request" });
  });

  it("an ID token and a refresh token", async () => {
    const { id_token: idToken = "", refresh_token: refresh = "" } = await redeem(
      portal,
      await signIn(identity, portal, aygul),
    );
    for (const token of [idToken, refresh]) {
      expect(await refused(target, clientOf("a"), token)).toEqual({ status: 400, error: "invalid_request" });
    }
  });

  it("a client's own token, with no citizen behind it", async () => {
    const own = "https://own.example/api";
    await registerResource(identity, { resource: own, sector: "government", clientScopes: ["health:read"] });
    const robot = await registerService(identity, "robot", {
      grant_types: ["client_credentials", tokenExchange],
      client_credentials_scope: "health:read",
      token_exchange_audiences: [resourceOf("b")],
    });
    const { access_token: token } = await ownToken(robot, {
      resource: own,
      scope: "health:read",
    });
    expect(await refused(target, robot, token)).toEqual({ status: 400, error: "invalid_request" });
  });

  it("a token that was given back, and one whose session has ended", async () => {
    const revoked = await graphToken();
    await oidc.tokenRevocation(portal.configuration, revoked);
    expect(await refused(target, clientOf("a"), revoked)).toEqual({ status: 400, error: "invalid_request" });

    const attempt = await signIn(identity, portal, aygul);
    const { access_token: ended } = await redeem(portal, attempt);
    const signOut = await attempt.agent.open(`${identity.issuer}/session/end`);
    await attempt.agent.submit(signOut, { logout: "yes" });
    expect(await refused(target, clientOf("a"), ended)).toEqual({ status: 400, error: "invalid_request" });
  });

  it("clients that are not registered for it, and clients that prove nothing", async () => {
    expect(await refused(target, portal)).toEqual({ status: 400, error: "invalid_request" });
    const graphiql = await publicClient(identity.issuer, "graphiql", `${identity.config.gatewayUrl}/graphiql/callback`);
    expect(await refused(target, graphiql)).toMatchObject({ status: 400 });
  });

  it("to let a token come back to a client that has acted with it", async () => {
    const first = await exchange(clientOf("a"), await graphToken(), { resource: resourceOf("b") });
    const second = await exchange(clientOf("b"), first.access_token, { resource: resourceOf("a") });
    const again = refusalOf(exchange(clientOf("a"), second.access_token, { resource: resourceOf("c") }));
    expect(await again).toEqual({ status: 400, error: "invalid_request" });
  });

  it(`a chain of more than ${mostActors} actors`, async () => {
    let token = await graphToken();
    for (const [service, next] of [
      ["a", "b"],
      ["b", "c"],
      ["c", "d"],
    ] as const) {
      token = (await exchange(clientOf(service), token, { resource: resourceOf(next) })).access_token;
    }
    const fourth = refusalOf(exchange(clientOf("d"), token, { resource: resourceOf("e") }));
    expect(await fourth).toEqual({ status: 400, error: "invalid_request" });
  });
});

describe("any sequence of exchanges", () => {
  const step = fc.record({
    // Mostly the server that the token is for, which alone may exchange it.
    by: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.constantFrom(...services)),
    to: fc.constantFrom(...services),
    scope: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, fc.subarray(scopes, { minLength: 1 })),
  });

  it("only ever narrows scopes, never moves the end out, keeps every actor, and is bounded in length", async () => {
    const subject = await graphToken();
    let longest = 0;
    const run = async (steps: readonly { by: string | null; to: string; scope: string[] | undefined }[]) => {
      let token = subject;
      let server = "a";
      for (const { by: other, to, scope } of steps) {
        const by = other ?? server;
        const asked = { resource: resourceOf(to), ...(scope && { scope: scope.join(" ") }) };
        const answer = await exchange(clientOf(by), token, asked).catch(() => null);
        if (answer === null) continue;
        const [before, after] = [decodeJwt(token), decodeJwt(answer.access_token)];
        const [held, given] = [before, after].map((claims) => String(claims.scope).split(" "));
        expect(held).toEqual(expect.arrayContaining(given ?? []));
        expect(after.exp).toBeLessThanOrEqual(before.exp ?? 0);
        expect(after.sub).toBe(before.sub);
        const actors = actorsOf(after.act) ?? [];
        expect(actors).toEqual([by, ...(actorsOf(before.act) ?? [])]);
        expect(new Set(actors).size).toBe(actors.length);
        expect(actors.length).toBeLessThanOrEqual(mostActors);
        longest = Math.max(longest, actors.length);
        token = answer.access_token;
        server = to;
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 7 }), run), { numRuns: 30 });
    expect(longest).toBe(mostActors);
  });
});
