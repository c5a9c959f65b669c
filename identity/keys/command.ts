/** `npm run keys`: what an operator does about signing keys, and what it means for everybody else. */
import { parseArgs } from "node:util";
import { StartRefused } from "../../platform/lifecycle.ts";
import type { Database, Queryable } from "../../platform/postgres.ts";
import { resealAuthorizations } from "../events/push-authorization.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import {
  bringRotationForward,
  changeKeys,
  clockOf,
  type KeyStores,
  listSigningKeys,
  resealKeys,
  takeDueSteps,
  withdrawKey,
} from "../store/signing-keys.ts";
import type { KeyPace } from "./pace.ts";
import type { KeyRecord } from "./rotation.ts";

const usage = "npm run keys -- list | rotate | revoke KEY_ID… | revoke --all | reseal [--dry-run]";

interface KeyCommandParts extends KeyStores {
  readonly pace: KeyPace;
  /** Notes one line for the operator. */
  readonly say: (line: string) => void;
}

/**
 * Runs the command that `words` are.
 *
 * @returns what to tell the operator, once it is done
 * @throws StartRefused in one sentence when it cannot be understood or done
 */
export async function runKeyCommand(words: readonly string[], stores: KeyStores, pace: KeyPace): Promise<string[]> {
  const { command, keyIds, all, dryRun } = readWords(words);
  const lines = dryRun ? ["Dry run: nothing is changed."] : [];
  const parts: KeyCommandParts = { ...stores, pace, say: (line) => lines.push(line) };
  const run = dryRun ? tryOut : changeKeys;
  if (command === "list") await list(parts);
  else if (command === "rotate") await run(stores.database, (tx) => rotate(tx, parts));
  else if (command === "revoke") await run(stores.database, (tx) => revoke(tx, parts, all ? undefined : keyIds));
  else await run(stores.database, (tx) => reseal(tx, parts));
  return lines;
}

/** A thumbprint (RFC 7638) in base64url. One in sixty-four begins as a flag does. */
function isKeyId(word: string): boolean {
  return /^[\w-]{43}$/.test(word);
}

function readWords(words: readonly string[]) {
  const options = { "dry-run": { type: "boolean", default: false }, all: { type: "boolean", default: false } } as const;
  try {
    const args = words.filter((word) => !isKeyId(word));
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [command = "", ...others] = positionals;
    const keyIds = [...words.filter(isKeyId), ...others];
    if (command === "revoke" ? values.all === keyIds.length > 0 : values.all || keyIds.length > 0) throw new Error();
    if (!["list", "rotate", "revoke", "reseal"].includes(command)) throw new Error();
    return { command, keyIds, all: values.all, dryRun: values["dry-run"] };
  } catch {
    throw new StartRefused(`That is not a command about keys. Usage: ${usage}`);
  }
}

/** Carries a change out and takes it back. */
async function tryOut<T>(database: Database, change: (tx: Queryable) => Promise<T>): Promise<void> {
  const takenBack = new Error("taken back");
  await changeKeys(database, async (tx) => {
    await change(tx);
    throw takenBack;
  }).catch((error: unknown) => {
    if (error !== takenBack) throw error;
  });
}

async function list({ database, schedule, say }: KeyCommandParts): Promise<void> {
  for (const key of await listSigningKeys(database))
    say(`${key.keyId}  ${key.algorithm.padEnd(5)}  ${lifeOf(key, schedule)}`);
}

function lifeOf(key: KeyRecord, { publishWait, retireWait }: KeyStores["schedule"]): string {
  if (key.state === "published") return `published, may sign from ${timeOf(key.publishedAt + publishWait)}`;
  if (key.state === "signing") return `signing since ${timeOf(key.signingAt)}, due ${timeOf(key.dueAt)}`;
  return `retiring, gone after ${timeOf((key.retiringAt ?? 0) + retireWait)}`;
}

async function rotate(tx: Queryable, parts: KeyCommandParts): Promise<void> {
  const { say, schedule } = parts;
  const before = await listSigningKeys(tx);
  await bringRotationForward(tx);
  await takeDueSteps(tx, parts);
  const after = await listSigningKeys(tx);
  for (const key of before.filter(({ state }) => state === "published")) {
    const takesOver = after.some(({ keyId, state }) => keyId === key.keyId && state === "signing");
    say(
      takesOver
        ? `${key.algorithm}: ${key.keyId} signs now; the one before it stays published until what it signed has ended.`
        : `${key.algorithm}: ${key.keyId} takes over by itself from ${timeOf(key.publishedAt + schedule.publishWait)}, when everybody knows it.`,
    );
  }
}

async function revoke(tx: Queryable, parts: KeyCommandParts, keyIds: readonly string[] | undefined): Promise<void> {
  const { say } = parts;
  const before = await listSigningKeys(tx);
  const chosen = keyIds === undefined ? before : keyIds.map((keyId) => keyOf(before, keyId));
  for (const { keyId } of chosen) {
    await withdrawKey(tx, keyId, true);
    await emitSecurityEvent(tx, { kind: "signing-key-withdrawn", keyId });
  }
  await takeDueSteps(tx, parts);
  const after = await listSigningKeys(tx);
  for (const key of chosen) {
    say(`${key.algorithm}: ${key.keyId}, which was ${key.state}, is withdrawn and cannot come back.`);
    const successor = after.find(({ algorithm, state }) => algorithm === key.algorithm && state === "signing");
    if (key.state === "signing" && successor) say(await successionOf(tx, successor, parts));
  }
  for (const line of meaningOf(parts.pace)) say(line);
}

function keyOf(keys: readonly KeyRecord[], keyId: string): KeyRecord {
  const key = keys.find((candidate) => candidate.keyId === keyId);
  if (!key) throw new StartRefused(`There is no signing key ${keyId}; npm run keys -- list shows those there are.`);
  return key;
}

/** Whether everybody knows the key that has to sign from one moment to the next. */
async function successionOf(tx: Queryable, key: KeyRecord, { schedule }: KeyStores): Promise<string> {
  const knownAt = key.publishedAt + schedule.publishWait;
  const now = `${key.algorithm}: ${key.keyId} signs now`;
  return knownAt <= (await clockOf(tx))
    ? `${now}; everybody knows it already.`
    : `${now}; until ${timeOf(knownAt)} a verifier that does not look up unknown keys may refuse what it signs.`;
}

function meaningOf({ reload, cache, staleIfError }: KeyPace): string[] {
  return [
    `Every replica of identity follows within ${reload} seconds.`,
    "What the withdrawn key signed stops verifying: at every gateway that hears identity within a second; elsewhere " +
      `when the copy of the key set ends (${minutesOf(cache)} minutes, ${minutesOf(cache + staleIfError)} while ` +
      "identity does not answer).",
    "Nobody is signed out: sessions, grants and refresh tokens do not hang on it, and clients fetch new tokens by themselves.",
  ];
}

async function reseal(tx: Queryable, { sealers, say }: KeyCommandParts): Promise<void> {
  const resealed = await resealKeys(tx, sealers);
  for (const keyId of resealed) say(`${keyId} is sealed under HUIMIN_KEY_ENCRYPTION_KEY.`);
  const receivers = await resealAuthorizations(tx, sealers);
  for (const client of receivers) say(`What pushes to ${client} show is sealed under HUIMIN_KEY_ENCRYPTION_KEY.`);
  say(
    resealed.length + receivers.length === 0
      ? "Every key is sealed under HUIMIN_KEY_ENCRYPTION_KEY already; no other is needed any more."
      : "The key that they were sealed under before is not needed any more.",
  );
}

/** Whole minutes, rounded up. */
function minutesOf(seconds: number): number {
  return Math.ceil(seconds / 60);
}

/** @param seconds since the epoch */
function timeOf(seconds: number | null): string {
  return new Date((seconds ?? 0) * 1_000).toISOString().replace(/\.\d+Z$/, "Z");
}
