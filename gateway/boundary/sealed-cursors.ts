/**
 * Cursors between sectors. A subgraph may put into a cursor whatever it likes, a key of the citizen's as well: to a
 * client of another sector it goes sealed, and comes back good for the same person, client and field alone.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { clientSector, type SignedIn } from "../admission/admit.ts";
import type { Boundary, SubgraphAnswer, SubgraphRequest } from "./boundary.ts";
import { type CursorPlaces, type CursorTree, findCursors } from "./cursor-places.ts";

/** What cursors are sealed with, and the sector of each subgraph. */
export interface CursorSealSettings {
  /** 32 bytes, the same in all replicas. */
  readonly key: Uint8Array;
  readonly sectorOf: (subgraph: string) => string;
}

/** Most operations whose cursors are remembered. */
const rememberedOperations = 1_000;

/**
 * Makes the function that puts the seal around a boundary. Calls to subgraphs of the client's own sector go by as they
 * are; the others seal every cursor in their answers, and answer `BAD_USER_INPUT` to a cursor that was not sealed so.
 */
export function createCursorSeal({ key, sectorOf }: CursorSealSettings): (call: Boundary["call"]) => Boundary["call"] {
  const places = new LRUCache<string, CursorPlaces>({ max: rememberedOperations });
  const placesIn = (query: string) => {
    const found = places.get(query) ?? findCursors(query);
    places.set(query, found);
    return found;
  };
  const sealer = createSealer(key);
  return (call) => async (subgraph, request, errand) => {
    const { admitted } = errand;
    if (admitted.kind !== "signed in" || clientSector(admitted) === sectorOf(subgraph)) {
      return await call(subgraph, request, errand);
    }
    const { variables, literal, answer: tree } = placesIn(request.query);
    if (literal) return refused("Give cursors as variables, not in the text of the operation.");
    const bind = (field: string) => boundTo(subgraph, field, admitted);
    const opened = openVariables(request, variables, (text, field) => sealer.open(text, bind(field)));
    if (!opened) return refused("A cursor is not one that this client was given here.");
    const answer = await call(subgraph, opened, errand);
    if (answer.data) sealIn(answer.data, tree, (text, field) => sealer.seal(text, bind(field)));
    return answer;
  };
}

function refused(message: string): SubgraphAnswer {
  return { data: null, errors: [{ code: "BAD_USER_INPUT", message }] };
}

/** For whom and where a cursor is good. */
function boundTo(subgraph: string, field: string, { caller, sector }: SignedIn): Buffer {
  const { subject, actor = null, clientId } = caller;
  return Buffer.from(JSON.stringify([subgraph, field, subject, actor, clientId, sector ?? null]));
}

type Change = (text: string, field: string) => string | undefined;

/** The request with the cursors in its variables opened; undefined when one does not open. */
function openVariables(
  request: SubgraphRequest,
  places: CursorPlaces["variables"],
  open: Change,
): SubgraphRequest | undefined {
  if (places.size === 0) return request;
  const values = JSON.parse(`{${request.variables}}`);
  for (const [name, fields] of places) {
    const value: unknown = values[name];
    if (typeof value !== "string") continue;
    const opened = fields.map((field) => open(value, field)).find((text) => text !== undefined);
    if (opened === undefined) return undefined;
    values[name] = opened;
  }
  return { ...request, variables: JSON.stringify(values).slice(1, -1) };
}

/** Seals in place: the tree is the caller's own. */
function sealIn(value: unknown, tree: CursorTree, seal: Change): void {
  if (Array.isArray(value)) {
    for (const item of value) sealIn(item, tree, seal);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const object = value as Record<string, unknown>;
  for (const [name, field] of tree.cursors) {
    const text = object[name];
    if (typeof text === "string") object[name] = seal(text, field);
  }
  for (const [name, members] of tree.members) sealIn(object[name], members, seal);
}

const prefix = "hmc1_";
const [nonceLength, tagLength] = [12, 16] as const;

/** AES-256-GCM (NIST SP 800-38D) with a random nonce: the same cursor looks different every time. */
function createSealer(masterKey: Uint8Array) {
  const key = new Uint8Array(hkdfSync("sha512", masterKey, "", "huimin cursors v1", 32));
  return {
    seal(text: string, boundTo: Buffer): string {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength }).setAAD(boundTo);
      const sealed = [nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
      return prefix + Buffer.concat(sealed).toString("base64url");
    },
    open(text: string, boundTo: Buffer): string | undefined {
      const bytes = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), "base64url") : Buffer.alloc(0);
      if (bytes.length < nonceLength + tagLength) return undefined;
      const nonce = bytes.subarray(0, nonceLength);
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength }).setAAD(boundTo);
        decipher.setAuthTag(bytes.subarray(-tagLength));
        const plain = [decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()];
        return Buffer.concat(plain).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
