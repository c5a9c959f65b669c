/** The folder in which a city keeps what must outlive it: `.data/`. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CityError, errorCode } from "../failure.ts";

export interface DataFolder {
  readonly secretsFile: string;
  readonly databaseFolder: string;
  readonly compileCache: string;
  /** The log file of a service. */
  logFile(service: string): string;
  /** Begins a new log file and keeps that of the start before beside it; resolves to its path. */
  newLogFile(service: string): Promise<string>;
  /** Forgets the secrets. */
  removeSecrets(): Promise<void>;
  /** Removes the files of the embedded database. */
  removeDatabase(): Promise<void>;
}

/** Where a city keeps its secrets; without them there is no city. */
export function secretsFileOf(path: string): string {
  return join(path, "secrets.json");
}

/**
 * Makes the folder when it is missing.
 *
 * @throws CityError when it cannot be written or belongs to somebody else
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const logs = join(path, "logs");
  const probe = join(path, ".writable");
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await requireOwner(path);
    await mkdir(logs, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
  } catch (error) {
    if (error instanceof CityError) throw error;
    if (/^(EEXIST|ENOTDIR)$/.test(errorCode(error) ?? "")) {
      throw new CityError(
        `A file stands where the folder ${path} or its logs belong; move it away, or name another with --data.`,
      );
    }
    throw new CityError(
      `The folder ${path} cannot be written (${errorCode(error)}); make it writable, or name another with --data.`,
    );
  }
  const secretsFile = secretsFileOf(path);
  const databaseFolder = join(path, "postgres");
  const logFile = (service: string) => join(logs, `${service}.log`);
  return {
    secretsFile,
    databaseFolder,
    compileCache: join(path, "compile-cache"),
    logFile,
    async newLogFile(service) {
      await rename(logFile(service), join(logs, `${service}.previous.log`)).catch(() => {});
      return logFile(service);
    },
    removeSecrets: () => rm(secretsFile, { recursive: true, force: true }),
    removeDatabase: () => rm(databaseFolder, { recursive: true, force: true }),
  };
}

async function requireOwner(path: string): Promise<void> {
  const { uid } = await stat(path);
  if (process.geteuid === undefined || uid === process.geteuid()) return;
  throw new CityError(
    `The folder ${path} belongs to another user (uid ${uid}); start as that user, or name another folder with --data.`,
  );
}

/**
 * Makes sure that one city runs on a folder at a time. The lock is a listening socket, so the system
 * takes it back however this process ends.
 *
 * @throws CityError when a city is running on it already
 */
export async function lockDataFolder(path: string): Promise<void> {
  const name = `huimin-${createHash("sha256")
    .update(await realpath(path))
    .digest("hex")
    .slice(0, 24)}`;
  // Linux has names for sockets that leave no file behind.
  const address = process.platform === "linux" ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  try {
    await holdSocket(address);
  } catch (error) {
    if (errorCode(error) !== "EADDRINUSE") throw error;
    if (process.platform === "linux" || (await answers(address))) {
      throw new CityError(`The city in ${path} is running already; stop it with Ctrl-C where it was started.`);
    }
    await rm(address, { force: true });
    await holdSocket(address);
  }
}

async function holdSocket(address: string): Promise<void> {
  const lock = createServer((visitor) => visitor.end());
  lock.listen(address);
  await once(lock, "listening");
  lock.unref();
}

async function answers(address: string): Promise<boolean> {
  const visitor = connect(address);
  try {
    await once(visitor, "connect");
    return true;
  } catch {
    return false;
  } finally {
    visitor.destroy();
  }
}
