/**
 * Documents that were registered when their client was built, in the format of Apollo's persisted query
 * manifest: clients may send their names alone. With the mode `require` nothing else runs, with `log` it runs and
 * is noticed.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { stripIgnoredCharacters } from "graphql";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { ConfigError } from "../../platform/config.ts";
import { HuiminError } from "../../trust/errors.ts";
import type { RequestLog } from "../admission/admit.ts";
import { RequestRefused } from "../answer.ts";

export const safelistModes = ["off", "log", "require"] as const;
export type SafelistMode = (typeof safelistModes)[number];

export interface Safelist {
  /** Whether documents that are not on the list are refused. */
  readonly requires: boolean;
  /** The document with that id. */
  byId(id: string): string | undefined;
  /**
   * Looks whether a document is on the list, however it is formatted.
   *
   * @throws HuiminError `QUERY_NOT_IN_SAFELIST` when it has to be
   */
  check(query: string, log: RequestLog): void;
}

const manifestSchema = z.object({
  format: z.literal("apollo-persisted-query-manifest"),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), name: z.string(), type: z.string(), body: z.string().min(1) })),
});

/** One document of a manifest. */
export type TrustedDocument = z.output<typeof manifestSchema>["operations"][number];

/** Documents whose verdict is remembered, and their characters together. */
const verdictLimits = { max: 4_000, maxSize: 4 * 1024 * 1024 } as const;

/**
 * Reads the manifest in a file; no file, no documents.
 *
 * @throws ConfigError when there is no manifest in the file, or none where the mode needs one
 */
export async function readTrustedDocuments(
  file: string | undefined,
  mode: SafelistMode,
): Promise<readonly TrustedDocument[]> {
  if (file === undefined) {
    if (mode === "off") return [];
    throw new ConfigError("gateway", [`HUIMIN_SAFELIST_MODE is ${mode} and HUIMIN_SAFELIST is missing`]);
  }
  const text = await readFile(file, "utf8").catch(() => "");
  const manifest = manifestSchema.safeParse(parseJson(text));
  if (manifest.success) return manifest.data.operations;
  throw new ConfigError("gateway", [`HUIMIN_SAFELIST: ${file} holds no persisted query manifest of version 1`]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Makes the list. */
export function createSafelist(documents: readonly TrustedDocument[], mode: SafelistMode): Safelist {
  const bodies = new Map(documents.map(({ id, body }) => [id, body]));
  const known = new Set(documents.map(({ body }) => stripIgnoredCharacters(body)));
  const verdicts = new LRUCache<string, { readonly listed: boolean }>({
    ...verdictLimits,
    sizeCalculation: (_verdict, query) => query.length,
  });
  return {
    requires: mode === "require",
    byId: (id) => bodies.get(id),
    check(query, log) {
      if (mode === "off") return;
      let verdict = verdicts.get(query);
      if (!verdict) {
        verdict = { listed: known.has(stripped(query)) };
        verdicts.set(query, verdict);
        // Its hash alone: an ad-hoc document may hold personal data.
        if (!verdict.listed) log.warn({ document: sha256(query) }, "a document is not on the safelist");
      }
      if (!verdict.listed && mode === "require") throw new HuiminError("QUERY_NOT_IN_SAFELIST");
    },
  };
}

/** Logs which documents do not fit the schema, so that it is known before a client meets it. */
export function reportBroken(
  documents: readonly TrustedDocument[],
  compile: (query: string) => unknown,
  log: RequestLog,
): void {
  for (const { id, name, body } of documents) {
    try {
      compile(body);
    } catch (error) {
      const faults = error instanceof RequestRefused ? error.errors.map(({ message }) => message) : undefined;
      log.error({ document: id, operation: name, faults, err: error }, "a registered document does not fit the schema");
    }
  }
}

/** What is no GraphQL at all is on no list. */
function stripped(query: string): string {
  try {
    return stripIgnoredCharacters(query);
  } catch {
    return query;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
