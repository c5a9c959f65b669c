import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IdentityConfig } from "../config.ts";
import { aygul } from "./support/citizens.ts";
import { begin, portalClient, redeem, refresh, signIn, type TestClient } from "./support/client.ts";
import { environmentOf, startTestIdentity, type TestIdentity } from "./support/identity.ts";

const compileCache = join(tmpdir(), "huimin-test-compile-cache");
const program = fileURLToPath(new URL("../keys/main.ts", import.meta.url));

/** Runs the command as an operator does, with the environment of identity. */
async function keys(config: IdentityConfig, words: readonly string[], env: Record<string, string> = {}) {
  const environment = {
    PATH: process.env.PATH,
    // Most of what a command takes is compiling the same program again.
    NODE_COMPILE_CACHE: compileCache,
    ...environmentOf(config),
    ...env,
  };
  return await new Promise<{ code: number; output: string; complaint: string }>((resolve) => {
    execFile(process.execPath, [program, ...words], { env: environment }, (error, output, complaint) => {
      resolve({ code: error ? Number(error.code) : 0, output, complaint });
    });
  });
}

let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

const keySet = async () => (await (await fetch(`${identity.issuer}/jwks`)).json()) as JSONWebKeySet;
const keyIds = async () => (await keySet()).keys.map(({ kid }) => kid);
const states = () => identity.database.query("SELECT key_id, state FROM signing_key ORDER BY key_id");
const signerOf = async () => {
  const { access_token: token, refresh_token: refreshToken = "" } = await redeem(
    portal,
    await signIn(identity, portal, aygul),
  );
  return { token, refreshToken, kid: String(decodeProtectedHeader(token).kid) };
};

describe("npm run keys", () => {
  it("lists every key, what it does and until when", async () => {
    const { code, output } = await keys(identity.config, ["list"]);
    expect(code).toBe(0);
    const lines = output.trim().split("\n");
    expect(lines.map((line) => line.split(/\s+/, 1)[0]).sort()).toEqual((await keyIds()).sort());
    expect(lines.filter((line) => / signing since \S+Z, due \S+Z$/.test(line))).toHaveLength(3);
    expect(lines.filter((line) => / published, may sign from \S+Z$/.test(line))).toHaveLength(3);
  });

  it.each([[[]], [["destroy"]], [["revoke"]], [["revoke", "x", "--all"]], [["list", "x"]], [["list", "--force"]]])(
    "refuses the words %j with its usage",
    async (words) => {
      const { code, output, complaint } = await keys(identity.config, words);
      expect([code, output]).toEqual([1, ""]);
      expect(complaint).toMatch(/^That is not a command about keys\. Usage: npm run keys -- list \|.*\n$/);
    },
  );

  it("refuses a key that is not there, and names what is missing in the environment", async () => {
    const unknown = await keys(identity.config, ["revoke", "nobody's"]);
    expect(unknown).toMatchObject({ code: 1, complaint: expect.stringMatching(/^There is no signing key nobody's; /) });
    const unset = await keys(identity.config, ["list"], { HUIMIN_KEY_ENCRYPTION_KEY: "" });
    expect(unset).toMatchObject({
      code: 1,
      complaint: expect.stringContaining("HUIMIN_KEY_ENCRYPTION_KEY is missing"),
    });
  });

  it.each([["rotate"], ["revoke", "--all"], ["reseal"]])("changes nothing in a dry run of %s", async (...words) => {
    const before = await states();
    const { code, output } = await keys(identity.config, [...words, "--dry-run"]);
    expect(code).toBe(0);
    expect(output).toMatch(/^Dry run: nothing is changed\.\n.+/);
    expect(await states()).toEqual(before);
  });

  it("rotates no sooner than everybody knows the next key, and says when that is", async () => {
    const { kid } = await signerOf();
    const early = await keys(identity.config, ["rotate"]);
    expect(early.output.match(/takes over by itself from \S+Z/g)).toHaveLength(3);
    expect((await signerOf()).kid).toBe(kid);
    await identity.database.query("UPDATE signing_key SET published_at = published_at - interval '1 day'");
    const { output } = await keys(identity.config, ["rotate"]);
    // The service that runs may have been quicker; then the command announces the keys after those.
    expect(output.match(/ signs now; the one before it stays published| takes over by itself from /g)).toHaveLength(3);
    await expect.poll(async () => (await signerOf()).kid, { timeout: 20_000 }).not.toBe(kid);
    expect(await keyIds()).toContain(kid);
  });

  it("withdraws a key that somebody else may have: another signs at once, its tokens fail, nobody is signed out", async () => {
    const attempt = await signIn(identity, portal, aygul);
    const { access_token: token, refresh_token: refreshToken = "" } = await redeem(portal, attempt);
    const kid = String(decodeProtectedHeader(token).kid);
    await identity.database.query("UPDATE signing_key SET published_at = published_at - interval '1 day'");
    const { code, output } = await keys(identity.config, ["revoke", kid]);
    expect(code).toBe(0);
    expect(output).toContain(`ES256: ${kid}, which was signing, is withdrawn and cannot come back.`);
    expect(output).toMatch(/ES256: \S+ signs now; everybody knows it already\./);
    expect(output).toMatch(/Nobody is signed out/);
    await expect.poll(keyIds, { timeout: 20_000 }).not.toContain(kid);

    const verify = async (text: string) => await jwtVerify(text, createLocalJWKSet(await keySet()));
    await expect(verify(token)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    // This library, which checks ID tokens, asks for unknown keys once a minute only.
    const { dpop } = portal;
    portal = { ...(await portalClient(identity)), dpop };
    const refreshed = await refresh(portal, refreshToken);
    await expect(verify(refreshed.access_token)).resolves.toBeDefined();
    const { page } = await begin(identity, portal, { agent: attempt.agent });
    expect(page.leavesTo?.searchParams.has("code")).toBe(true);
    const left = await identity.database.query("SELECT sealed, jwk, compromised FROM signing_key WHERE key_id = $1", [
      kid,
    ]);
    expect(left).toEqual([{ sealed: null, jwk: null, compromised: true }]);
    expect((await keys(identity.config, ["revoke", kid])).code).toBe(1);
  });

  it("takes a key ID for one that begins as a flag does", async () => {
    const keyId = `-${"x".repeat(42)}`;
    const { code, complaint } = await keys(identity.config, ["revoke", keyId]);
    expect([code, complaint]).toEqual([1, expect.stringContaining(`There is no signing key ${keyId}`)]);
  });

  it("withdraws all of them, for when the database has been read", async () => {
    const before = await keyIds();
    const { code, output } = await keys(identity.config, ["revoke", "--all"]);
    expect(code).toBe(0);
    expect(output).toMatch(/signs now; until \S+Z a verifier that does not look up unknown keys may refuse/);
    await expect
      .poll(async () => (await keyIds()).filter((kid) => before.includes(kid)), { timeout: 20_000 })
      .toEqual([]);
    portal = await portalClient(identity);
    await expect(signerOf()).resolves.toBeDefined();
  });

  it("seals anew under the first key-encryption key, with which alone identity then starts", async () => {
    const before = (await keyIds()).sort();
    const old = identity.config.keyEncryptionKey;
    const fresh = randomBytes(32);
    const both = { HUIMIN_FURTHER_KEY_ENCRYPTION_KEYS: Buffer.from(old).toString("base64url") };
    const { output } = await keys({ ...identity.config, keyEncryptionKey: fresh }, ["reseal"], both);
    expect(output.match(/ is sealed under HUIMIN_KEY_ENCRYPTION_KEY\./g)).toHaveLength(before.length);
    const again = await keys({ ...identity.config, keyEncryptionKey: fresh }, ["reseal"]);
    expect(again.output).toMatch(/^Every key is sealed under HUIMIN_KEY_ENCRYPTION_KEY already/);
    Object.assign(identity.config, { keyEncryptionKey: fresh });
    await identity.restart();
    expect((await keyIds()).sort()).toEqual(before);
  });
});
