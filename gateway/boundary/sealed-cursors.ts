/**
 * Cursors between sectors. A subgraph may put into a cursor whatever it likes, a key of the citizen's as well: to a
 * client of another sector it goes sealed, and comes back good for the same person, client and field alone.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { HuiminError } from "../../trust/errors.ts";
import { type Admitted, clientSector, type SignedIn } from "../admission/admit.ts";
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

/** A request whose cursors are open, and what seals those of its answers. */
export interface UnsealedRequest {
  readonly request: SubgraphRequest;
  /** Seals in place: the tree is the consumer's own. */
  seal<Answer extends SubgraphAnswer>(answer: Answer): Answer;
}

/**
 * Opens the cursors of a request of somebody's to a subgraph; undefined when that is of her client's own sector.
 *
 * @throws HuiminError `BAD_USER_INPUT` when one was not sealed for her, her client and the field
 */
export type OpenCursors = (
  subgraph: string,
  request: SubgraphRequest,
  admitted: Admitted,
) => UnsealedRequest | undefined;

/** Makes the function. */
export function createCursorSeal({ key, sectorOf }: CursorSealSettings): OpenCursors {
  const places = new LRUCache<string, CursorPlaces>({ max: rememberedOperations });
  const placesIn = (query: string) => {
    const found = places.get(query) ?? findCursors(query);
    places.set(query, found);
    return found;
  };
  const sealer = createSealer(key);
  return (subgraph, request, admitted) => {
    if (admitted.kind !== "signed in" || clientSector(admitted) === sectorOf(subgraph)) return undefined;
    const { variables, literal, answer: tree } = placesIn(request.query);
    if (literal) throw refusal("Give cursors as variables, not in the text of the operation.");
    const bind = (field: string) => boundTo(subgraph, field, admitted);
    return {
      request: openVariables(request, variables, (text, field) => sealer.open(text, bind(field))),
      seal(answer) {
        if (answer.data) sealIn(answer.data, tree, (text, field) => sealer.seal(text, bind(field)));
        return answer;
      },
    };
  };
}

/** The calls of a boundary, each with its cursors open; what is refused is the answer to the call. */
export function withOpenCursors(call: Boundary["call"], open: OpenCursors): Boundary["call"] {
  return (subgraph, request, errand) => {
    try {
      const unsealed = open(subgraph, request, errand.admitted);
      // Within a sector, as between the departments and their clients, nothing is added to the call.
      if (!unsealed) return call(subgraph, request, errand);
      return call(subgraph, unsealed.request, errand).then(unsealed.seal);
    } catch (error) {
      if (!(error instanceof HuiminError)) throw error;
      return Promise.resolve({ data: null, errors: [{ code: error.code, message: error.message }] });
    }
  };
}

function refusal(message: string): HuiminError {
  return new HuiminError("BAD_USER_INPUT", { message });
}

/** For whom and where a cursor is good. */
function boundTo(subgraph: string, field: string, { caller, sector }: SignedIn): Buffer {
  const { subject, actor = null, clientId } = caller;
  return Buffer.from(JSON.stringify([subgraph, field, subject, actor, clientId, sector ?? null]));
}

type Change = (text: string, field: string) => string | undefined;

/** The request with the cursors in its variables opened. */
function openVariables(request: SubgraphRequest, places: CursorPlaces["variables"], open: Change): SubgraphRequest {
  if (places.size === 0) return request;
  const values = JSON.parse(`{${request.variables}}`);
  for (const [name, fields] of places) {
    const value: unknown = values[name];
    if (typeof value !== "string") continue;
    const opened = fields.map((field) => open(value, field)).find((text) => text !== undefined);
    if (opened === undefined) throw refusal("A cursor is not one that this client was given here.");
    values[name] = opened;
  }
  return { ...request, variables: JSON.stringify(values).slice(1, -1) };
}

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
