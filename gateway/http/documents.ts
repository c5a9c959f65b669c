/**
 * From what a client wrote to the document that it means. A document may be sent by its name alone: when it is
 * on the safelist, or when a client registered it before (Automatic Persisted Queries, as Apollo's clients
 * speak them: the hash first; refused as unknown, hash and document together).
 */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { HuiminError } from "../../trust/errors.ts";
import type { RequestLog } from "../admission/admit.ts";
import type { DocumentName, GraphQLRequest, WrittenRequest } from "./request.ts";
import type { Safelist } from "./safelist.ts";

/** How long a registered document is kept, in seconds: a week. Who comes later registers it again. */
const keptSeconds = 7 * 24 * 3600;

/** Longest document that may be registered, in characters. */
const maxCharacters = 32 * 1024;

/** SHA-256 in hexadecimal. */
const sha256 = /^[0-9a-f]{64}$/;

/** Documents that are known without asking the store, and their characters together. */
const nearLimits = { max: 2_000, maxSize: 4 * 1024 * 1024 } as const;

export interface FoundRequest {
  readonly request: GraphQLRequest;
  /** Whether the client gave the document's name alone: what is wrong with the text is not for her to read. */
  readonly byName: boolean;
  /** To be called once the document has proved to fit the schema; undefined when nothing follows from it. */
  readonly fits?: () => void;
}

/** Gives every request its document. */
export interface Documents {
  /**
   * Rejects with HuiminError `PERSISTED_QUERY_NOT_FOUND`, `QUERY_NOT_IN_SAFELIST`, or `BAD_REQUEST` when hash and
   * document do not belong together.
   */
  find(request: WrittenRequest, log: RequestLog): Promise<FoundRequest>;
}

export function createDocuments(store: KeyValueStore, safelist?: Safelist): Documents {
  const registered = createRegister(store);
  const byName = async (name: DocumentName, log: RequestLog): Promise<string> => {
    const trusted = safelist?.byId(name.id);
    if (trusted !== undefined) return trusted;
    const query = safelist?.requires ? undefined : await registered.find(name, log);
    if (query !== undefined) return query;
    throw safelist?.requires ? new HuiminError("QUERY_NOT_IN_SAFELIST") : notFound();
  };
  return {
    async find({ query: written, document: name, ...request }, log) {
      const query = written ?? (name && (await byName(name, log)));
      if (query === undefined) throw notFound();
      safelist?.check(query, log);
      if (!name || written === undefined || safelist?.byId(name.id) === written)
        return { request: { ...request, query }, byName: written === undefined };
      requireHash(name, written);
      return { request: { ...request, query }, byName: false, fits: () => registered.add(name, written, log) };
    },
  };
}

/** Clients know what to do by this very message. */
export function notFound(): HuiminError {
  return new HuiminError("PERSISTED_QUERY_NOT_FOUND", { message: "PersistedQueryNotFound" });
}

function requireHash({ id, isHash }: DocumentName, query: string): void {
  if (isHash && createHash("sha256").update(query).digest("hex") === id) return;
  throw new HuiminError("BAD_REQUEST", {
    message: "The hash or name of the document is not that of the document sent with it.",
  });
}

/** The documents that clients have registered. A store that is down makes them register again, and no more. */
function createRegister(store: KeyValueStore) {
  const near = new LRUCache<string, string>({ ...nearLimits, sizeCalculation: (query) => query.length });
  const key = (id: string) => `document:${id}`;
  const forget = (log: RequestLog) => (error: unknown) => {
    log.warn({ err: error }, "the store of registered documents does not answer");
    return null;
  };
  return {
    async find({ id, isHash }: DocumentName, log: RequestLog): Promise<string | undefined> {
      const known = near.get(id);
      if (known !== undefined || !isHash || !sha256.test(id)) return known;
      const query = await store.get(key(id)).catch(forget(log));
      if (query === null) return undefined;
      near.set(id, query);
      return query;
    },
    add({ id }: DocumentName, query: string, log: RequestLog): void {
      if (query.length > maxCharacters || near.has(id)) return;
      near.set(id, query);
      void store.set(key(id), query, keptSeconds).catch(forget(log));
    },
  };
}
