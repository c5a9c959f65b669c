import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, type JWK } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newCitizenId, startCity, type TestCity } from "./city.ts";
import { subgraphNames } from "./subgraphs.ts";

const readAll = `{ me {
  name { text } coverage { scheme } pension { status } employment { status } amountDue { amount }
  waterAccount { number } powerAccount { number }
} }`;

let city: TestCity;

beforeAll(async () => {
  city = await startCity();
});
afterAll(() => city.close());
beforeEach(() => {
  for (const { calls } of Object.values(city.subgraphs)) calls.length = 0;
});

/** Thumbprint of the key that the gateway publishes. */
async function gatewayThumbprint(): Promise<string> {
  const { keys } = (await (await fetch(`${city.gatewayUrl}/.well-known/jwks.json`)).json()) as { keys: [JWK] };
  return await calculateJwkThumbprint(keys[0]);
}

function tokensSeen(name: (typeof subgraphNames)[number]): string[] {
  return city.subgraphs[name].calls.map((headers) => String(headers["txn-token"]));
}

describe("a call to a subgraph", () => {
  it("carries a token for that subgraph alone, with her identity and that one scope", async () => {
    const citizen = newCitizenId();
    const signedInAt = Math.floor(Date.now() / 1000) - 60;
    const claims = { acr: "urn:huimin:loa:2", auth_time: signedInAt };
    const { data, errors } = await city.query(readAll, { token: await city.token(citizen, { claims }) });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ me: { amountDue: { amount: 1234 } } });
    for (const name of subgraphNames) {
      const [token = ""] = tokensSeen(name);
      expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", typ: "txntoken+jwt" });
      const claims = decodeJwt(token);
      expect(claims).toMatchObject({
        iss: city.gatewayUrl,
        aud: `urn:huimin:subgraph:${name}`,
        sub: citizen,
        scope: `${name}:read`,
        req_wl: "cli",
        acr: "urn:huimin:loa:2",
        auth_time: signedInAt,
        cnf: { jkt: await gatewayThumbprint() },
      });
      expect(claims).not.toHaveProperty("purp");
      expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(60);
    }
  });

  it("carries none of the client's headers and never her access token", async () => {
    const token = await city.token(newCitizenId());
    const headers = { cookie: "a=b", "x-forwarded-for": "203.0.113.9", "x-anything": "1", "txn-token": "forged" };
    await city.query(readAll, { token, headers });
    for (const name of subgraphNames) {
      const [sent = {}] = city.subgraphs[name].calls;
      expect(Object.keys(sent).sort()).toEqual([
        "accept",
        "connection",
        "content-digest",
        "content-length",
        "content-type",
        "host",
        "signature",
        "signature-input",
        "txn-token",
      ]);
      expect(JSON.stringify(sent)).not.toContain(token);
      expect(sent["txn-token"]).not.toBe("forged");
    }
  });

  it("uses one token for many calls, one for each access token and subgraph", async () => {
    const [hers, his] = await Promise.all([city.token(newCitizenId()), city.token(newCitizenId())]);
    for (let i = 0; i < 5; i += 1) await city.query(readAll, { token: hers });
    await Promise.all(Array.from({ length: 20 }, () => city.query(readAll, { token: hers })));
    expect(new Set(tokensSeen("health")).size).toBe(1);
    await city.query(readAll, { token: his });
    expect(new Set(tokensSeen("health")).size).toBe(2);
    const everywhere = subgraphNames.flatMap((name) => [...new Set(tokensSeen(name))]);
    expect(new Set(everywhere).size).toBe(2 * subgraphNames.length);
  });

  it("carries a token that ends with the access token", async () => {
    const exp = Math.floor(Date.now() / 1000) + 30;
    await city.query(readAll, { token: await city.token(newCitizenId(), { claims: { exp } }) });
    expect(decodeJwt(tokensSeen("citizen")[0] ?? "").exp).toBe(exp);
  });

  it("for which the client has no scope is refused by the subgraph; the rest of the answer arrives", async () => {
    const token = await city.token(newCitizenId(), { claims: { scope: "citizen:read pension:read" } });
    const { data, errors } = await city.query("{ me { pension { status } coverage { scheme } } }", { token });
    expect(data).toEqual({ me: { pension: { status: "PAUSED" }, coverage: null } });
    expect(errors).toEqual([
      { message: "You are not allowed to read this.", path: ["me", "coverage"], extensions: { code: "FORBIDDEN" } },
    ]);
  });

  it("for another citizen is refused before any subgraph hears of it", async () => {
    const token = await city.token(newCitizenId());
    const query = "query($id: CitizenID!) { citizen(id: $id) { id } }";
    const calls = city.subgraphs.citizen.calls.length;
    const { data, errors } = await city.query(query, { token, variables: { id: newCitizenId() } });
    expect([data, errors]).toMatchObject([undefined, [{ extensions: { code: "FORBIDDEN" } }]]);
    expect(city.subgraphs.citizen.calls).toHaveLength(calls);
  });
});

describe("the public key of the gateway", () => {
  it("is published for subgraphs, without its private part", async () => {
    const response = await fetch(`${city.gatewayUrl}/.well-known/jwks.json`);
    expect(response.headers.get("content-type")).toContain("application/jwk-set+json");
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  });
});
