import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDatabaseOn, type TestDatabase } from "../platform/test/server-database.ts";
import { command, freeBasePort, type Launch, launch, pressCtrlC, running } from "./support/city.ts";

let data: string;
let basePort: number;
let database: TestDatabase | undefined;
let started: Launch[] = [];

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "huimin-launch-"));
  basePort = await freeBasePort();
  if (process.env.DATABASE_URL) database = await createDatabaseOn(process.env.DATABASE_URL);
});
afterEach(async () => {
  for (const each of started) pressCtrlC(each);
  await Promise.all(started.map(({ exited }) => exited));
  started = [];
});
afterAll(async () => {
  await database?.drop();
  await rm(data, { recursive: true, force: true });
});

function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Launch {
  const own = ["--data", data, "--port", String(basePort), ...args];
  const begun = launch(own, { ...(database && { DATABASE_URL: database.url }), ...env });
  started.push(begun);
  return begun;
}

/** A start that must fail: with one sentence, a failing exit code, and no trace of the inside. */
async function refusal(begun: Launch): Promise<string> {
  expect(await begun.exited).not.toBe(0);
  expect(begun.output()).not.toMatch(/\n\s+at |node:internal|Error:/);
  return begun.output();
}

describe("npm start", () => {
  it("prints where everything is and who can sign in, and Ctrl-C stops it without a trace", async () => {
    const first = start(["--citizens", "40"]);
    await running(first);
    for (const service of [
      "portal",
      "gateway",
      "identity",
      "health",
      "pension",
      "employment",
      "utilities",
      "water",
      "power",
      "database",
    ]) {
      expect(first.output()).toMatch(new RegExp(`^\\s+${service} .*(ready|localhost)`, "m"));
    }
    for (const name of ["ayguzel", "xiaohe", "nurlan"]) expect(first.output()).toContain(name);
    for (const offset of [0, 1, 2, 10, 11, 12, 13, 20, 21]) {
      expect((await fetch(`http://localhost:${basePort + offset}/health/ready`)).status).toBe(200);
    }
    const before = first.output().length;
    pressCtrlC(first);
    await first.exited;
    expect(first.output().slice(before).trim()).toBe("Stopping the city.");
    for (const offset of [0, 1, 2, 10, 11, 12, 13, 20, 21, 90]) {
      await expect(fetch(`http://localhost:${basePort + offset}/`)).rejects.toMatchObject({
        cause: { code: "ECONNREFUSED" },
      });
    }
  });

  it("keeps its citizens for the next start", async () => {
    const again = start();
    await running(again);
    const { stdout } = await command({ basePort, data }, "graph", "{ me { name { latin } } }");
    expect(stdout).toContain("Tursun");
  });

  it("goes on when whoever read its output has left", async () => {
    const unread = start();
    const { stdout } = unread.child;
    if (!stdout) throw new Error("the launcher has no output");
    // npm says first what it runs, and would not survive this itself.
    await once(stdout, "data");
    stdout.destroy();
    const utilities = `http://localhost:${basePort + 13}/health/ready`;
    while (!(await fetch(utilities).catch(() => undefined))?.ok) {
      expect(unread.child.exitCode, unread.output()).toBeNull();
      await sleep(50);
    }
    pressCtrlC(unread);
    await unread.exited;
    expect(unread.output()).not.toContain("EPIPE");
  });

  it("refuses another number of citizens for a city that is there", async () => {
    expect(await refusal(start(["--citizens", "50"]))).toMatch(/--fresh/);
  });

  it("names a taken port before it prepares anything", async () => {
    const squatter = createServer().listen(basePort + 11, "localhost");
    await once(squatter, "listening");
    const said = await refusal(start());
    squatter.close();
    expect(said).toContain(String(basePort + 11));
    expect(said).toMatch(/--port/);
  });

  it("names what is wrong with the environment and the flags", async () => {
    expect(await refusal(start([], { LOG_LEVEL: "loud" }))).toContain("LOG_LEVEL");
    expect(await refusal(start([], { DATABASE_URL: "mysql://x" }))).toContain("DATABASE_URL");
    expect(await refusal(start(["--citizen", "5"]))).toContain("--citizens");
    expect(await refusal(start(["--citizens", "many"]))).toContain("--citizens");
  });

  it("says which file of a broken data folder is broken, and leaves it alone", async () => {
    const file = join(data, "secrets.json");
    const whole = await readFile(file, "utf8");
    await writeFile(file, whole.slice(0, 100));
    const said = await refusal(start());
    expect(said).toContain("secrets.json");
    expect(said).toContain("--fresh");
    expect(await readFile(file, "utf8")).toBe(whole.slice(0, 100));
    await writeFile(file, whole);
  });
});
