/** The admin command on a test's identity, and entries that are as they should be. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { createLogger } from "../../../platform/log.ts";
import { administer } from "../../admin/command.ts";
import type { TestIdentity } from "./identity.ts";

export interface AdminRun {
  readonly code: number;
  readonly printed: string[];
  readonly complaints: string[];
}

/** Runs one admin command as a person would; `input` is what is piped in. */
export async function runAdmin({ config }: TestIdentity, words: string, input: readonly string[] = []) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await administer(words.split(" "), {
    config,
    log: createLogger("admin", "silent"),
    actor: "tester@here",
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
    input: (async function* lines() {
      yield* input;
    })(),
  });
  return { code, printed, complaints } satisfies AdminRun;
}

/** A folder of entry files that goes away again. */
export interface EntryFolder {
  readonly path: string;
  write(file: string, entry: object | string): Promise<void>;
  delete(file: string): Promise<void>;
  remove(): Promise<void>;
}

export async function createEntryFolder(): Promise<EntryFolder> {
  const path = await mkdtemp(join(tmpdir(), "huimin-admin-"));
  return {
    path,
    write: (file, entry) => writeFile(join(path, file), typeof entry === "string" ? entry : JSON.stringify(entry)),
    delete: (file) => rm(join(path, file)),
    remove: () => rm(path, { recursive: true }),
  };
}

export const inFourLanguages = { "zh-CN": "水", ug: "سۇ", kk: "Су", en: "Water" } as const;

/** A company's client as its file says it. */
export async function waterClient(change: object = {}) {
  const { publicKey } = await generateKeyPair("ES256");
  return {
    client_id: "water-app",
    client_name: "新河自来水",
    "client_name#zh-CN": "新河自来水",
    "client_name#ug": "شىنخې سۇ شىركىتى",
    "client_name#kk": "Синьхэ су компаниясы",
    "client_name#en": "Xinhe Water",
    contacts: ["it@water.example"],
    sector: "waterco",
    profile: "fapi2",
    redirect_uris: ["https://water.example/callback"],
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "ES256", use: "sig" }] },
    ...change,
  };
}

export const waterSector = {
  sector: "waterco",
  kind: "company",
  organisation: "新河自来水公司",
  contact: "privacy@water.example",
};
