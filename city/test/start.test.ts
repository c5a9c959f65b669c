import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../platform/test/ports.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "huimin-start-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a command of the city to its end. */
async function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...clean } = process.env;
  const command = ["--require", "./city/preflight.cjs", `city/${script}.ts`, ...args];
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { ...clean, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output: output.trim() };
}

/** The one sentence with which a start is refused. */
async function refusal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, output } = await run("start", ["--data", join(folder, "data"), ...args], env);
  expect(code, output).toBe(1);
  const lines = output.split("\n").filter((line) => !line.startsWith("  database  PostgreSQL is ready"));
  expect(lines, output).toHaveLength(1);
  expect(output).not.toMatch(/\bat \S+ \(|node:internal|Error:/);
  return lines[0] ?? "";
}

async function untouched(): Promise<boolean> {
  return await stat(join(folder, "data", "secrets.json")).then(
    () => false,
    () => true,
  );
}

describe("npm start refuses in one clear sentence and exit code 1", () => {
  it.each([
    [["--citizen", "5"], /^Unknown option '--citizen'\. Usage: npm start -- \[--citizens N\]/],
    [["extra"], /^Unexpected argument 'extra'\..* Usage: npm start/],
    [["--citizens"], /^Option '--citizens <value>' argument missing\. Usage: npm start/],
    [["--citizens", "two"], /^--citizens must be a whole number from 3 to 500000, not "two"\.$/],
    [["--port", "70000"], /^--port must be a number from 1 to 65445, not "70000"\.$/],
    [["--port", "65500"], /^--port must be a number from 1 to 65445/],
  ])("the flags %j", async (args, sentence) => {
    expect(await refusal(args)).toMatch(sentence);
    expect(await untouched()).toBe(true);
  });

  it.each([
    [{ HUIMIN_PORT: "abc" }, /^the city cannot start: HUIMIN_PORT is refused \(must be a number from 1 to 65445\)\.$/],
    [{ LOG_LEVEL: "loud" }, /LOG_LEVEL is refused \(must be one of trace, debug, info, /],
    [{ HUIMIN_PROT: "5000" }, /HUIMIN_PROT is not a setting of the city/],
    [{ DATABASE_URL: "mysql://localhost" }, /DATABASE_URL is refused \(must be a postgresql:\/\/ URL\)/],
    [{ REDIS_URL: "localhost:6379" }, /REDIS_URL is refused \(must be a redis:\/\/ or rediss:\/\/ URL\)/],
    [{ HUIMIN_PORT: "abc", LOG_LEVEL: "loud" }, /LOG_LEVEL is refused.*HUIMIN_PORT is refused/],
  ])("the environment %j", async (env, sentence) => {
    expect(await refusal([], env)).toMatch(sentence);
    expect(await untouched()).toBe(true);
  });

  it("a taken port, before anything is prepared", async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, "127.0.0.1");
    await once(squatter, "listening");
    try {
      // The taken port is the one of the power company, the last of the services.
      expect(await refusal(["--port", String(port - 21)])).toBe(
        `Port ${port} is taken; stop what listens there, or move the city with --port.`,
      );
      expect(await untouched()).toBe(true);
    } finally {
      squatter.close();
    }
  });

  it("a database that does not answer, without its password", async () => {
    const port = await freePort();
    const sentence = await refusal(["--port", "19000"], {
      DATABASE_URL: `postgresql://me:secret@localhost:${port}/city`,
    });
    expect(sentence).toBe(
      `The database at localhost:${port}/city cannot be used (nothing answers there); check DATABASE_URL.`,
    );
  });

  it.each(["postgresql:///city?host=/tmp", "postgresql://localhost"])("the database URL %s", async (url) => {
    expect(await refusal(["--port", "19000"], { DATABASE_URL: url })).toMatch(
      /^DATABASE_URL must name a host and a database/,
    );
  });

  it("a Redis that does not answer, without its password", async () => {
    const port = await freePort();
    const sentence = await refusal(["--port", "19000"], { REDIS_URL: `redis://:secret@localhost:${port}` });
    expect(sentence).toMatch(
      new RegExp(`^Redis at localhost:${port} cannot be used \\(nothing answers there\\); check REDIS_URL\\.$`),
    );
  });

  it.each(["DATABASE_URL", "REDIS_URL"])("a host in %s that is not there", async (variable) => {
    const url = variable === "REDIS_URL" ? "redis://nowhere.invalid" : "postgresql://nowhere.invalid/city";
    const sentence = await refusal(["--port", "19000"], { [variable]: url });
    expect(sentence).toMatch(new RegExp(`cannot be used \\(there is no such host\\); check ${variable}\\.$`));
  });

  it("a folder that cannot be made", async () => {
    await writeFile(join(folder, "data"), "a file, not a folder");
    expect(await refusal([])).toMatch(
      /^A file stands where the folder .* or its logs belong; move it away, or name another with --data\.$/,
    );
  });

  it("secrets that are damaged, leaving them as they are", async () => {
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "data", "secrets.json"), '{"pseudonymKey":', { mode: 0o600 });
    expect(await refusal(["--port", "19000"])).toMatch(/^The secrets in .* are damaged; .* --fresh for a new city\.$/);
    expect(await readFile(join(folder, "data", "secrets.json"), "utf8")).toBe('{"pseudonymKey":');
  });

  it("secrets that others can read", async () => {
    await mkdir(join(folder, "data"));
    const file = join(folder, "data", "secrets.json");
    await writeFile(file, "{}");
    await chmod(file, 0o644);
    expect(await refusal(["--port", "19000"])).toMatch(/^The secrets in .* can be read by others; run chmod 600/);
  });

  it("a database folder that was never finished", async () => {
    await mkdir(join(folder, "data", "postgres"), { recursive: true });
    await writeFile(join(folder, "data", "postgres", "PG_VERSION"), "18\n");
    const sentence = await refusal(["--port", "19000"]);
    expect(sentence).toMatch(/the database .* does not start .*; add --fresh for a new city\.$/);
    expect(sentence).not.toContain("/proc/");
  });

  it("a file in the place of the database folder", async () => {
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "data", "postgres"), "a file, not a folder");
    expect(await refusal(["--port", "19000"])).toMatch(/the database .* does not start .*; add --fresh/);
  });
});

describe("the commands that speak for a citizen", () => {
  it.each(["graph", "token", "main-query"])("%s says in one sentence that no city runs", async (script) => {
    const words = script === "graph" ? ["{ me { id } }"] : [];
    const { code, output } = await run(script, ["--port", String((await freePort()) - 2), ...words]);
    expect(code).toBe(1);
    expect(output).toMatch(
      /^No city runs on port \d+ and up; start it with npm start, or name its port with --port\.$/,
    );
  });

  it("graph says so too when something else listens there", async () => {
    const stranger = createHttpServer((_request, response) => response.end("hello")).listen(0, "localhost");
    await once(stranger, "listening");
    const address = stranger.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const { output } = await run("graph", ["--port", String(port - 2), "{ me { id } }"]);
    stranger.close();
    expect(output).toMatch(/^No city runs on port \d+ and up;/);
  });

  it.each([
    ["graph", [], /^The query must be there once, in quotes\. Usage: npm run --silent graph/],
    ["graph", ["a", "b"], /^The query must be there once, in quotes\. Usage: npm run --silent graph/],
    ["token", ["json"], /^Nothing stands beside the flags\. Usage: npm run --silent token/],
    ["token", ["--citizen", "nobody"], /^--citizen must be ayguzel, xiaohe, nurlan, a resident ID number or a mobile/],
    ["main-query", ["--jsno"], /^Unknown option '--jsno'\. Usage: npm run --silent main-query/],
  ])("%s refuses %j", async (script, args, sentence) => {
    const { code, output } = await run(script, args);
    expect(code).toBe(1);
    expect(output).toMatch(sentence);
    expect(output.split("\n")).toHaveLength(1);
  });

  it.each(["graph", "token", "main-query", "admin", "keys", "staff"])("%s says how it is used", async (script) => {
    const { code, output } = await run(script, ["--help"]);
    expect([code, output]).toEqual([0, expect.stringContaining(`Usage: npm run --silent ${script}`)]);
  });
});
