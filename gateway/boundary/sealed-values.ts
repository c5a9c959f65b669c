/**
 * What crosses sectors in another form by what it is. A subgraph may put into cursors and IDs whatever it likes, a key that
 * others share as well: to a client of another sector they go sealed, and come back good for the same person, client and
 * organisation alone. Shared keys (`@sharedKey`) are a department's own as it issues them, and have a form of the sector
 * everywhere else. Within the gateway values stay sealed, and each subgraph is given back its own.
 */
import type { GraphQLSchema } from "graphql";
import { LRUCache } from "lru-cache";
import { type ErrorCode, errorCatalogue, HuiminError } from "../../trust/errors.ts";
import { governmentSector } from "../../trust/pseudonym.ts";
import type { SharedKeys } from "../../trust/shared-key.ts";
import { clientSector, type Errand } from "../admission/admit.ts";
import type { Boundary, SubgraphAnswer, SubgraphRequest } from "./boundary.ts";
import { mentionsSharedKey } from "./names-in-text.ts";
import { openRequest, sealIn } from "./opened-request.ts";
import { passageBetween } from "./passage.ts";
import { findSealedPlaces, type Kinds, type SealedPlaces } from "./sealed-places.ts";
import { type Change, isSharedKeyType, type Place } from "./sealed-types.ts";
import { cursorSeal, idSeal } from "./seals.ts";

/** What is sealed with, and the sector of each subgraph. */
export interface SealSettings {
  /** 32 bytes, the same in all replicas. */
  readonly key: Uint8Array;
  readonly sectorOf: (subgraph: string) => string;
  /** Keys that sectors share, in the form that is used inside. Throws HuiminError `FORBIDDEN` while it cannot be made. */
  readonly keys: () => SharedKeys;
}

/** A request with nothing sealed in it, and what seals the answers to it. */
export interface OpenedRequest {
  readonly request: SubgraphRequest;
  /** Seals in place: the tree is the consumer's own. An answer with something that cannot pass does not count. */
  seal(answer: SubgraphAnswer): SubgraphAnswer;
}

/**
 * Opens a request of somebody's to a subgraph; undefined when nothing between them is sealed, as within a sector.
 *
 * @throws HuiminError `BAD_USER_INPUT` when something in it was not sealed for her, her client and the subgraph's
 *   organisation; `FORBIDDEN` when it would hand the subgraph what another organisation alone may have
 */
export type OpenSealed = (
  supergraph: GraphQLSchema,
  subgraph: string,
  request: SubgraphRequest,
  errand: Pick<Errand, "admitted" | "log">,
) => OpenedRequest | undefined;

/** Makes the function. */
export function createSeals({ key, sectorOf, keys }: SealSettings): OpenSealed {
  const seals = { cursors: cursorSeal(key), ids: idSeal(key), keys };
  const readingOf = rememberReadings();
  return (supergraph, subgraph, request, { admitted, log }) => {
    if (admitted.kind !== "signed in") return undefined;
    const [from, sector] = [clientSector(admitted), sectorOf(subgraph)];
    const reading = readingOf(supergraph);
    const [isAbroad, isDepartment] = [from !== sector, sector === governmentSector];
    if (!isAbroad && isDepartment && !reading.sharesKeys) return undefined;
    if (isAbroad && !isDepartment && from !== governmentSector) requireNoKeys(request);
    const passage = passageBetween({ subgraph, sector, isDepartment, isAbroad, signedIn: admitted }, seals);
    const { kinds } = passage;
    const places = reading.placesOf(request.query, kinds);
    const open: Change = (text, place) => passage.open(text, place) ?? refuse(place);
    const openOwn: Change = (text, place) => passage.open(text, place) ?? refuseHandover(place);
    const seal: Change = (text, place) => passage.seal(text, place) ?? refuseAnswer(place);
    return {
      request: openRequest(request, places, { supergraph, kinds, open, openOwn }),
      seal(answer) {
        try {
          if (answer.data) sealIn(answer.data, places.answer, seal);
          return answer;
        } catch (error) {
          const detail = error instanceof HuiminError ? error.detail : String(error);
          log.warn({ subgraph, detail }, "an answer of a subgraph is refused");
          return failed("SUBGRAPH_UNAVAILABLE");
        }
      },
    };
  };
}

/** The calls of a boundary, each opened and its answer sealed; what is refused is the answer to the call. */
export function withSeals(call: Boundary["call"], openSealed: OpenSealed, supergraph: GraphQLSchema): Boundary["call"] {
  return (subgraph, request, errand) => {
    try {
      const opened = openSealed(supergraph, subgraph, request, errand);
      // Within a sector, as between the departments and their clients, nothing is added to the call.
      if (!opened) return call(subgraph, request, errand);
      return call(subgraph, opened.request, errand).then(opened.seal);
    } catch (error) {
      if (!(error instanceof HuiminError)) throw error;
      const { code, message, detail } = error;
      if (detail !== undefined) errand.log.warn({ subgraph, code, detail }, "a call to a subgraph is refused");
      return Promise.resolve(failed(code, message));
    }
  };
}

function failed(code: ErrorCode, message: string = errorCatalogue[code].message): SubgraphAnswer {
  return { data: null, errors: [{ code, message }] };
}

/** What is known of a supergraph and its operations. */
interface Reading {
  readonly sharesKeys: boolean;
  placesOf(query: string, kinds: Kinds): SealedPlaces;
}

/** Most operations of a supergraph whose places of some kinds are remembered. */
const rememberedOperations = 1_000;

function rememberReadings(): (supergraph: GraphQLSchema) => Reading {
  const readings = new WeakMap<GraphQLSchema, Reading>();
  return (supergraph) => {
    const reading = readings.get(supergraph) ?? readSupergraph(supergraph);
    readings.set(supergraph, reading);
    return reading;
  };
}

function readSupergraph(supergraph: GraphQLSchema): Reading {
  const byKinds = new Map<Kinds, LRUCache<string, SealedPlaces>>();
  return {
    sharesKeys: Object.values(supergraph.getTypeMap()).some(isSharedKeyType),
    placesOf(query, kinds) {
      const known = byKinds.get(kinds) ?? new LRUCache<string, SealedPlaces>({ max: rememberedOperations });
      byKinds.set(kinds, known);
      const places = known.get(query) ?? findSealedPlaces(query, supergraph, kinds);
      known.set(query, places);
      return places;
    },
  };
}

/** A company that could have another asked about any key of its own would have it translated, one after the other. */
function requireNoKeys({ query, variables }: SubgraphRequest): void {
  if (!mentionsSharedKey(query) && !mentionsSharedKey(variables)) return;
  throw new HuiminError("FORBIDDEN", { detail: "a company's client names a shared key to another company" });
}

const nouns = { id: "An ID", cursor: "A cursor", person: "A citizen ID", key: "A shared key" } as const;

function refuse({ kind }: Place): never {
  throw new HuiminError("BAD_USER_INPUT", { message: `${nouns[kind]} is not one that this client was given here.` });
}

function refuseHandover({ kind }: Place): never {
  throw new HuiminError("FORBIDDEN", { detail: `the subgraph would be handed what is not its own: ${nouns[kind]}` });
}

function refuseAnswer({ kind }: Place): never {
  throw new HuiminError("SUBGRAPH_UNAVAILABLE", { detail: `an answer holds what is none: ${nouns[kind]}` });
}
