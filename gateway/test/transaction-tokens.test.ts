import { calculateJwkThumbprint, decodeJwt, importJWK } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SignedIn } from "../admission/admit.ts";
import { createTransactionTokens } from "../boundary/transaction-tokens.ts";
import { newCitizenId, newSigningKey } from "./city.ts";

const start = Date.UTC(2026, 10, 24, 8) / 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: start * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});

async function tokens() {
  const jwk = await newSigningKey();
  const key = await importJWK(jwk);
  if (key instanceof Uint8Array) throw new TypeError("an EC key");
  return createTransactionTokens(
    { issuer: "http://localhost:4001", key, keyId: jwk.kid, keyThumbprint: await calculateJwkThumbprint(jwk) },
    { leaving: (caller) => caller },
  );
}

function signedIn(tokenId: string, expiresAt = start + 300): SignedIn {
  const caller = { subject: newCitizenId(), clientId: "cli", scopes: new Set(["health:read"]), expiresAt };
  return { kind: "signed in", caller, tokenId, level: null, signedInAt: null, role: null };
}

describe("a transaction token", () => {
  it("is kept for forty seconds and then renewed, with twenty still to live", async () => {
    const tokenFor = await tokens();
    const somebody = signedIn("a");
    const first = await tokenFor(somebody, "health");
    vi.setSystemTime((start + 39) * 1000);
    expect(await tokenFor(somebody, "health")).toBe(first);
    expect(Number(decodeJwt(first).exp) - (start + 39)).toBeGreaterThan(20);
    vi.setSystemTime((start + 40) * 1000);
    const second = await tokenFor(somebody, "health");
    expect(second).not.toBe(first);
    expect(decodeJwt(second).exp).toBe(start + 100);
  });

  it("is minted once for callers that come together", async () => {
    const tokenFor = await tokens();
    const somebody = signedIn("a");
    const all = await Promise.all(Array.from({ length: 50 }, () => tokenFor(somebody, "health")));
    expect(new Set(all).size).toBe(1);
  });

  it("belongs to one access token: another of the same citizen gets its own", async () => {
    const tokenFor = await tokens();
    const hers = signedIn("a");
    expect(await tokenFor(hers, "health")).not.toBe(await tokenFor({ ...hers, tokenId: "b" }, "health"));
  });
});
