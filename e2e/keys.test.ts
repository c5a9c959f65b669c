import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeProtectedHeader } from "jose";
import { expect, inject, it } from "vitest";
import { ask, codesOf, credentialsOf } from "./support/graph.ts";

const city = inject("city");
const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs `npm run --silent keys -- …words` on the city of a data folder. */
async function keys(data: string, ...words: string[]) {
  const external = process.env.DATABASE_URL ? { DATABASE_URL: city.databaseUrl } : {};
  const args = ["run", "--silent", "keys", "--", ...words, "--data", data, "--port", String(city.basePort)];
  return await new Promise<{ code: number; output: string; complaint: string }>((resolve) => {
    execFile("npm", args, { cwd: root, env: { ...process.env, ...external } }, (error, output, complaint) => {
      resolve({ code: error ? Number(error.code) : 0, output, complaint });
    });
  });
}

const published = async () => {
  const { keys: all } = (await (await fetch(`${city.identity}/jwks`)).json()) as { keys: { kid: string }[] };
  return all.map(({ kid }) => kid).sort();
};

it("npm run keys works on the city of npm start: it lists, and withdraws a key that the city then forgets", async () => {
  const { output } = await keys(city.data, "list");
  const lines = output.trim().split("\n");
  expect(lines.map((line) => line.split(" ", 1)[0]).sort()).toEqual(await published());
  const standby = lines.find((line) => / PS256 +published/.test(line))?.split(" ", 1)[0] ?? "";
  const dry = await keys(city.data, "revoke", standby, "--dry-run");
  expect(dry).toMatchObject({ code: 0, output: expect.stringMatching(/^Dry run: nothing is changed\.\nPS256: /) });
  expect(await published()).toContain(standby);
  expect((await keys(city.data, "revoke", standby)).code).toBe(0);
  await expect.poll(published, { timeout: 20_000 }).not.toContain(standby);
  expect(await published()).toHaveLength(lines.length);
});

it("npm run keys takes from a stolen key what it signed, at the graph within seconds", async () => {
  const before = await credentialsOf(city, "xiaohe");
  const myName = "{ me { name { text } } }";
  expect(codesOf(await ask(city.graph, myName, before))).toEqual([]);
  const { kid = "" } = decodeProtectedHeader(before.accessToken);
  expect((await keys(city.data, "revoke", kid)).code).toBe(0);
  await expect.poll(async () => codesOf(await ask(city.graph, myName, before))).toEqual(["TOKEN_INVALID"]);
  await expect.poll(published, { timeout: 20_000 }).not.toContain(kid);
  expect(codesOf(await ask(city.graph, myName, await credentialsOf(city, "xiaohe")))).toEqual([]);
});

it("npm run keys says in one sentence that there is no city, and makes none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "huimin-no-city-"));
  const { code, complaint } = await keys(join(folder, "none"), "list");
  expect(code).toBe(1);
  expect(complaint).toMatch(/^There is no city in \S+; start one with npm start, or name its folder with --data\.\n$/);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
