/** Starts the whole city as a user does, by `npm start`, in a data folder and on ports of its own. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isFree } from "../../platform/test/ports.ts";
import { createDatabaseOn } from "../../platform/test/server-database.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A started `npm start`, running or over. */
export interface Launch {
  readonly child: ChildProcess;
  /** What it printed so far, both streams. */
  output(): string;
  /** Resolves with the exit code when it ends; null when a signal ended it, as Ctrl-C does with npm itself. */
  readonly exited: Promise<number | null>;
}

/** Runs `npm start -- …args`; `env` is added to this process's own. */
export function launch(args: readonly string[], env: NodeJS.ProcessEnv = {}): Launch {
  const child = spawn("npm", ["start", "--", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const collect = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return { child, output: () => output, exited: once(child, "exit").then(([code]) => code as number | null) };
}

/** Sends what Ctrl-C in a terminal sends, SIGINT to the whole process group, unless it is over already. */
export function pressCtrlC({ child }: Launch): void {
  const over = child.exitCode !== null || child.signalCode !== null;
  if (child.pid !== undefined && !over) process.kill(-child.pid, "SIGINT");
}

/** A running city. */
export interface City {
  readonly basePort: number;
  readonly data: string;
  readonly portal: string;
  readonly gateway: string;
  readonly graph: string;
  readonly identity: string;
  /** Connection of the database's owner, who sees every service's schema. */
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/**
 * A city with `citizens` people, in a new folder; `stop` removes it. With DATABASE_URL it lives in a new
 * database on that server.
 */
export async function startCity(citizens: number, env: NodeJS.ProcessEnv = {}): Promise<City> {
  const basePort = await freeBasePort();
  const data = await mkdtemp(join(tmpdir(), "huimin-e2e-"));
  const database = process.env.DATABASE_URL ? await createDatabaseOn(process.env.DATABASE_URL) : undefined;
  const started = launch(["--data", data, "--port", String(basePort), "--citizens", String(citizens)], {
    ...env,
    ...(database && { DATABASE_URL: database.url }),
  });
  await running(started);
  return {
    basePort,
    data,
    portal: `http://localhost:${basePort}`,
    gateway: `http://localhost:${basePort + 1}`,
    graph: `http://localhost:${basePort + 1}/graphql`,
    identity: `http://localhost:${basePort + 2}`,
    databaseUrl: database?.url ?? (await embeddedDatabaseUrl(data, basePort)),
    stop: async () => {
      pressCtrlC(started);
      await started.exited;
      await database?.drop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function embeddedDatabaseUrl(data: string, basePort: number): Promise<string> {
  const { databasePassword } = JSON.parse(await readFile(join(data, "secrets.json"), "utf8")) as {
    databasePassword: string;
  };
  return `postgresql://postgres:${databasePassword}@localhost:${basePort + 90}/huimin`;
}

/** Waits until the table of services is printed. */
export async function running(started: Launch): Promise<void> {
  const over = started.exited.then(() => true);
  while (!started.output().includes("Ctrl-C")) {
    const tick = new Promise<false>((resolve) => setTimeout(resolve, 100, false));
    if (await Promise.race([over, tick])) throw new Error(`the city did not start:\n${started.output()}`);
  }
}

/** Runs one of the README's commands against a city and gives what it printed. */
export async function command(
  city: Pick<City, "basePort" | "data">,
  script: string,
  ...args: string[]
): Promise<{ stdout: string; code: number }> {
  const words = ["run", "--silent", script, "--", "--port", String(city.basePort), ...args];
  try {
    const { stdout } = await promisify(execFile)("npm", words, { cwd: root });
    return { stdout, code: 0 };
  } catch (error) {
    const failed = error as { stdout?: string; stderr?: string; code?: number };
    return { stdout: `${failed.stdout ?? ""}${failed.stderr ?? ""}`, code: failed.code ?? 1 };
  }
}

const offsets = [0, 1, 2, 10, 11, 12, 13, 20, 21, 90];

/** A base port whose whole city is free; below the ports of outgoing connections, above those of other tests. */
export async function freeBasePort(): Promise<number> {
  for (;;) {
    const base = 20_000 + 100 * Math.floor(Math.random() * 126);
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}
