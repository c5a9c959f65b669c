/** Entries in files: one JSON object a file, which names itself. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AdminRefused, type Entry, type Fault, type RegisterName } from "./register.ts";

/** The member of a file that holds the entry's name. */
const nameMembers: Readonly<Record<RegisterName, string>> = {
  clients: "client_id",
  sectors: "sector",
  scopes: "scope",
  purposes: "purpose",
  resources: "resource",
  receivers: "client_id",
  administrators: "account_id",
};

const largestFile = 64 * 1024;
const mostFiles = 2_000;

/**
 * Reads a file, or every `.json` file of a folder.
 *
 * @throws AdminRefused that names each file that cannot be read, and names that come twice
 */
export async function readEntryFiles(register: RegisterName, path: string): Promise<Map<string, Entry>> {
  const files = await filesAt(path);
  const faults: Fault[] = [];
  const entries = new Map<string, Entry>();
  for (const file of files) {
    const read = await readEntry(register, file).catch((error: unknown) => reasonOf(error));
    if (typeof read === "string") faults.push({ entry: file, field: null, message: read });
    else if (entries.has(read.name)) faults.push({ entry: file, field: nameMembers[register], message: "comes twice" });
    else entries.set(read.name, read.entry);
  }
  if (faults.length > 0) throw new AdminRefused(faults);
  return entries;
}

async function filesAt(path: string): Promise<string[]> {
  const refuse = (message: string) => new AdminRefused([{ entry: path, field: null, message }]);
  const found = await stat(path).catch(() => {
    throw refuse("there is no such file or folder");
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith(".json")).sort();
  if (names.length === 0) throw refuse("holds no .json file");
  if (names.length > mostFiles) throw refuse(`holds more than ${mostFiles} files`);
  return names.map((name) => join(path, name));
}

async function readEntry(register: RegisterName, file: string): Promise<{ name: string; entry: Entry }> {
  const { size } = await stat(file);
  if (size > largestFile) throw new Error(`is larger than ${largestFile} bytes`);
  const member = nameMembers[register];
  const { [member]: name, ...entry } = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(await readFile(file, "utf8")));
  if (typeof name !== "string") throw new Error(`must say its ${member}`);
  return { name, entry };
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return `is not JSON (${error.message})`;
  if (error instanceof z.ZodError) return "must hold one JSON object";
  return error instanceof Error ? error.message : "cannot be read";
}

/** An entry as a file holds it. */
export function entryFile(register: RegisterName, name: string, entry: Entry): Entry {
  return { [nameMembers[register]]: name, ...entry };
}
