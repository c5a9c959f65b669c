/** Two replicas rotate their keys again and again while verifiers that cache look at every token. */
import { createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import type { KeyPace } from "../keys/pace.ts";
import { createIdentity } from "../server.ts";
import { aygul } from "./support/citizens.ts";
import { portalClient, redeem, refresh, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

/** In seconds. What is signed counts as ended after two: a token of five minutes would make this test as long. */
const life = 2;
const pace: KeyPace = {
  reload: 0.2,
  trusted: 2,
  cache: 1,
  staleIfError: 0,
  schedule: { period: 1, publishWait: 2 + 1 + 2, retireWait: 2 + life + 2 },
};

let identity: TestIdentity;
let replica: { readonly url: string; close(): Promise<unknown> };

beforeAll(async () => {
  identity = await startTestIdentity(undefined, { pace });
  const config = { ...identity.config, port: await freePort() };
  const stores = { database: identity.database, fleeting: identity.fleeting };
  const app = await createIdentity(config, stores, createLogger("replica", "silent"), pace);
  replica = { url: await app.listen({ port: config.port, host: "localhost" }), close: () => app.close() };
});
afterAll(async () => {
  await replica.close();
  await identity.close();
});

/** A verifier that keeps the key set for as long as it may, and asks for nothing in between. */
function cachingVerifier(origins: readonly string[]) {
  let kept: { readonly keys: JSONWebKeySet; readonly until: number } | undefined;
  let turn = 0;
  return async (token: string, endsAt: number): Promise<"verified" | "too late"> => {
    if (!kept || kept.until <= Date.now()) {
      const askedAt = Date.now();
      const response = await fetch(`${origins[turn++ % origins.length]}/jwks`);
      if (!response.ok) return "too late";
      const seconds = Number(/max-age=(\d+)/.exec(response.headers.get("cache-control") ?? "")?.[1]);
      kept = { keys: (await response.json()) as JSONWebKeySet, until: askedAt + seconds * 1_000 };
    }
    const { keys, until } = kept;
    try {
      await jwtVerify(token, createLocalJWKSet(keys), { audience: identity.graph });
      return "verified";
    } catch (error) {
      // A machine that stood still meanwhile has made both older than they may be.
      if (error instanceof errors.JWKSNoMatchingKey && Math.max(Date.now() - until, Date.now() - endsAt) > 0) {
        return "too late";
      }
      throw error;
    }
  };
}

let turns = 0;

/** A client as new as its key set: this library keeps one for longer than these replicas allow. */
async function nextClient({ dpop }: TestClient): Promise<TestClient> {
  const client = { ...(await portalClient(identity)), dpop };
  const origin = String([identity.issuer, replica.url][turns++ % 2]);
  client.configuration[oidc.customFetch] = async (url, { method, headers, body }) =>
    await fetch(url.replace(identity.issuer, origin), { method, headers, body: body as BodyInit });
  return client;
}

it("no verification fails, whichever replica signed and whichever was asked for the keys", {
  timeout: 90_000,
}, async () => {
  const first = await portalClient(identity);
  const tokens: { readonly token: string; readonly endsAt: number }[] = [];
  const { refresh_token: refreshToken = "" } = await redeem(first, await signIn(identity, first, aygul));
  const verifiers = [[identity.issuer], [replica.url], [replica.url, identity.issuer]].map(cachingVerifier);
  const signers = new Set<string>();
  let verified = 0;
  while (signers.size < 4) {
    const before = Date.now();
    const { access_token: token } = await refresh(await nextClient(first), refreshToken);
    signers.add(String(decodeProtectedHeader(token).kid));
    tokens.push({ token, endsAt: before + life * 1_000 });
    while (tokens[0] && tokens[0].endsAt <= Date.now()) tokens.shift();
    for (const { token: one, endsAt } of tokens) {
      for (const verify of verifiers) if ((await verify(one, endsAt)) === "verified") verified += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(verified).toBeGreaterThan(100);
  const { keys } = (await (await fetch(`${identity.issuer}/jwks`)).json()) as JSONWebKeySet;
  expect(keys.map(({ kid }) => kid)).not.toContain([...signers][0]);
});
