/** The administration of identity at the operator's machine: words in, lines out. */
import { createDatabase, type Database } from "../../platform/postgres.ts";
import { runImport } from "../extracts/command.ts";
import { extractNames } from "../extracts/extract.ts";
import { keyChangeSteps, stepKeyChange } from "../sectors/key-change.ts";
import { openMapping } from "../sectors/mapping.ts";
import { identitySchema } from "../store/migrations.ts";
import { applyWish, recordChange } from "./changes.ts";
import { runEndSessions } from "./end-sessions.ts";
import { entryFile, readEntryFiles } from "./files.ts";
import { openRegisters, waitsOfKeyChanges } from "./open-registers.ts";
import { AdminRefused, type Register, type RegisterName, registerNames } from "./register.ts";
import { changeLines, keyChangeLines, recordLines } from "./report.ts";
import { type AdminTerminal, type Command, Misunderstood, readCommand } from "./terminal.ts";

export const adminUsage = `npm run --silent admin -- REGISTER list | show NAME | apply PATH [--prune] | remove NAME
       npm run --silent admin -- sectors key-change NAME ${keyChangeSteps.join("|")}
       npm run --silent admin -- sectors mapping NAME < old-pseudonyms > mapping.ndjson
       npm run --silent admin -- ${extractNames.join("|")} import FILE
       npm run --silent admin -- citizens end-sessions < resident-id-numbers
       npm run --silent admin -- changes list
REGISTER is one of ${registerNames.join(", ")}. With --dry-run nothing is changed; --json prints JSON.`;

/** Exit codes: done; refused, and nothing changed; not understood. */
export const adminExit = { done: 0, refused: 1, usage: 2 } as const;

/** Whether somebody asks how the command is used: that needs no settings. */
export function asksForUsage(args: readonly string[]): boolean {
  return args.length === 0 || args.includes("--help");
}

/** Runs one command to its end. @returns an exit code of `adminExit` */
export async function administer(args: readonly string[], terminal: AdminTerminal): Promise<number> {
  const { config, log, complain } = terminal;
  let database: Database | undefined;
  try {
    const command = readCommand(args, terminal.actor);
    database = createDatabase({ url: config.databaseUrl, schema: identitySchema, log, connections: 2 });
    await run(command, database, terminal);
    return adminExit.done;
  } catch (error) {
    if (error instanceof AdminRefused) {
      complain("Nothing was changed:");
      for (const { entry, field, message } of error.faults) {
        complain(`  ${entry}: ${field === null ? "" : `${field}: `}${message}`);
      }
      return adminExit.refused;
    }
    if (!(error instanceof Misunderstood)) throw explained(error);
    complain(`${error.message}\nUsage: ${adminUsage}`);
    return adminExit.usage;
  } finally {
    await database?.close();
  }
}

async function run(command: Command, database: Database, terminal: AdminTerminal): Promise<void> {
  const [first, verb, name, step, ...more] = command.words;
  if (more.length > 0) throw new Misunderstood("That are too many words.");
  if (first === "changes" && verb === "list" && name === undefined)
    return await listChanges(command, database, terminal);
  if (first === "sectors" && verb === "mapping" && name !== undefined && step === undefined) {
    return await printMapping(command, name, database, terminal);
  }
  if (first === "sectors" && verb === "key-change" && name !== undefined) {
    return await changeKey(command, name, step, database, terminal);
  }
  if (first === "citizens" && verb === "end-sessions" && name === undefined) {
    return await runEndSessions(command, database, terminal);
  }
  const extract = extractNames.find((known) => known === first);
  if (extract && verb === "import" && name !== undefined && step === undefined) {
    return await runImport(command, extract, name, database, terminal);
  }
  if (!isRegisterName(first) || step !== undefined) throw new Misunderstood("This is no command.");
  const { [first]: register } = await openRegisters(terminal.config, database);
  if (verb === "list" && name === undefined) return await list(command, register, database, terminal);
  if (name === undefined) throw new Misunderstood("Something is missing.");
  if (verb === "show") return await show(register, name, database, terminal);
  if (verb === "apply" || verb === "remove") return await change(command, register, verb, name, database, terminal);
  throw new Misunderstood("This is no command.");
}

function isRegisterName(word: string | undefined): word is RegisterName {
  return registerNames.some((name) => name === word);
}

async function list({ json }: Command, register: Register, database: Database, { print }: AdminTerminal) {
  const entries = await register.read(database);
  if (json)
    print(
      JSON.stringify(
        [...entries].map(([name, entry]) => entryFile(register.name, name, entry)),
        null,
        2,
      ),
    );
  else for (const name of entries.keys()) print(name);
}

async function show(register: Register, name: string, database: Database, { print }: AdminTerminal) {
  const entry = (await register.read(database)).get(name);
  if (!entry) throw new AdminRefused([{ entry: name, field: null, message: "is not registered" }]);
  print(JSON.stringify(entryFile(register.name, name, entry), null, 2));
}

async function change(
  command: Command,
  register: Register,
  verb: "apply" | "remove",
  target: string,
  database: Database,
  { print }: AdminTerminal,
) {
  const entries = verb === "apply" ? await readEntryFiles(register.name, target) : new Map<string, never>();
  const others = command.prune ? ("all others" as const) : [];
  const removed = verb === "apply" ? others : [target];
  const changes = await applyWish(database, register, { entries, removed }, command);
  if (command.json) print(JSON.stringify({ dryRun: command.dryRun, changes }, null, 2));
  else for (const line of changeLines(changes, entries.size, command.dryRun)) print(line);
}

async function changeKey(
  command: Command,
  sector: string,
  word: string | undefined,
  database: Database,
  { print }: AdminTerminal,
) {
  const step = keyChangeSteps.find((known) => known === word);
  if (!step) throw new Misunderstood(`A key change has the steps ${keyChangeSteps.join(", ")}.`);
  const report = await stepKeyChange(database, sector, step, waitsOfKeyChanges, command);
  if (command.json) print(JSON.stringify({ dryRun: command.dryRun, ...report }, null, 2));
  else for (const line of keyChangeLines(report, command.dryRun)) print(line);
}

async function printMapping(command: Command, sector: string, database: Database, terminal: AdminTerminal) {
  const { config, print, complain, input } = terminal;
  const map = await openMapping(database, config.pseudonymKey, sector);
  let [mapped, unknown] = [0, 0];
  for await (const line of input) {
    if (line.trim() === "") continue;
    const pair = map(line.trim());
    if (pair.new === null) unknown += 1;
    else mapped += 1;
    if (!command.dryRun) print(JSON.stringify(pair));
  }
  const after = { mapped, unknown };
  if (!command.dryRun) {
    await recordChange(database, command.actor, "sectors", { entry: sector, action: "mapping", before: null, after });
  }
  complain(`${mapped} mapped, ${unknown} not of this sector's old version.`);
}

async function listChanges({ json }: Command, database: Database, { print }: AdminTerminal) {
  const lines = await recordLines(database, json);
  for (const line of lines) print(line);
}

const undefinedTable = "42P01";

/** Says what to do where the cause is known. */
function explained(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === undefinedTable) {
    return new Error(
      "Identity has not been started on this database yet, or only in an earlier version; start it first",
      {
        cause: error,
      },
    );
  }
  if (code === "ECONNREFUSED") {
    return new Error("The database does not answer; start the city, or check IDENTITY_DATABASE_URL", { cause: error });
  }
  return error;
}
