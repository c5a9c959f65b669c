/**
 * Cursors and IDs between sectors. A subgraph may put into them whatever it likes, a key that others share as well: to a
 * client of another sector they go sealed, and come back good for the same person, client and organisation alone. Within
 * the gateway they stay sealed, and each subgraph is given back its own.
 */
import { type GraphQLSchema, getNamedType } from "graphql";
import { LRUCache } from "lru-cache";
import { HuiminError } from "../../trust/errors.ts";
import { type Admitted, clientSector, type SignedIn } from "../admission/admit.ts";
import type { Boundary, SubgraphAnswer, SubgraphRequest } from "./boundary.ts";
import { type AnswerPlaces, findSealedPlaces, type SealedPlaces } from "./sealed-places.ts";
import { type Change, changed, type Place, placeOfInput, placeOfType, type Search } from "./sealed-types.ts";
import { cursorSeal, idSeal } from "./seals.ts";

/** What is sealed with, and the sector of each subgraph. */
export interface SealSettings {
  /** 32 bytes, the same in all replicas. */
  readonly key: Uint8Array;
  readonly sectorOf: (subgraph: string) => string;
}

/** A request with nothing sealed in it, and what seals the answers to it. */
export interface OpenedRequest {
  readonly request: SubgraphRequest;
  /** Seals in place: the tree is the consumer's own. */
  seal<Answer extends SubgraphAnswer>(answer: Answer): Answer;
}

/**
 * Opens a request of somebody's to a subgraph; undefined when that is of her client's own sector.
 *
 * @throws HuiminError `BAD_USER_INPUT` when something in it was not sealed for her, her client and the subgraph's
 *   organisation; `FORBIDDEN` when it would hand the subgraph an ID of another's
 */
export type OpenSealed = (
  supergraph: GraphQLSchema,
  subgraph: string,
  request: SubgraphRequest,
  admitted: Admitted,
) => OpenedRequest | undefined;

/** Makes the function. */
export function createSeals({ key, sectorOf }: SealSettings): OpenSealed {
  const [cursors, ids] = [cursorSeal(key), idSeal(key)];
  const placesOf = rememberPlaces();
  return (supergraph, subgraph, request, admitted) => {
    if (admitted.kind !== "signed in" || clientSector(admitted) === sectorOf(subgraph)) return undefined;
    const places = placesOf(supergraph, request.query);
    // List and detail are different fields, so that an ID is bound to the organisation, and a cursor to its list.
    const boundTo = (place: string) => JSON.stringify([place, ...callerOf(admitted)]);
    const cursorOf = (field: string) => boundTo(JSON.stringify([subgraph, field]));
    const idOf = boundTo(sectorOf(subgraph));
    const seal: Change = (text, place) =>
      place.kind === "id" ? ids.seal(text, idOf) : cursors.seal(text, cursorOf(place.fields[0] ?? ""));
    const tryOpen = (text: string, place: Place) =>
      place.kind === "id"
        ? ids.open(text, idOf)
        : place.fields.map((field) => cursors.open(text, cursorOf(field))).find((opened) => opened !== undefined);
    const open: Change = (text, place) => tryOpen(text, place) ?? refuse(place);
    const openOwn: Change = (text, place) => tryOpen(text, place) ?? refuseHandover(subgraph);
    return {
      request: openRequest(request, places, { supergraph, open, openOwn }),
      seal(answer) {
        if (answer.data) sealIn(answer.data, places.answer, seal);
        return answer;
      },
    };
  };
}

/** The calls of a boundary, each opened and its answer sealed; what is refused is the answer to the call. */
export function withSeals(call: Boundary["call"], openSealed: OpenSealed, supergraph: GraphQLSchema): Boundary["call"] {
  return (subgraph, request, errand) => {
    try {
      const opened = openSealed(supergraph, subgraph, request, errand.admitted);
      // Within a sector, as between the departments and their clients, nothing is added to the call.
      if (!opened) return call(subgraph, request, errand);
      return call(subgraph, opened.request, errand).then(opened.seal);
    } catch (error) {
      if (!(error instanceof HuiminError)) throw error;
      const { code, message, detail } = error;
      if (detail !== undefined) errand.log.warn({ subgraph, code, detail }, "a call to a subgraph is refused");
      return Promise.resolve({ data: null, errors: [{ code, message }] });
    }
  };
}

/** Most operations of a supergraph whose places are remembered. */
const rememberedOperations = 1_000;

function rememberPlaces(): (supergraph: GraphQLSchema, query: string) => SealedPlaces {
  const bySupergraph = new WeakMap<GraphQLSchema, LRUCache<string, SealedPlaces>>();
  return (supergraph, query) => {
    const known = bySupergraph.get(supergraph) ?? new LRUCache<string, SealedPlaces>({ max: rememberedOperations });
    bySupergraph.set(supergraph, known);
    const places = known.get(query) ?? findSealedPlaces(query, supergraph);
    known.set(query, places);
    return places;
  };
}

/** For whom something is sealed. */
function callerOf({ caller, sector }: SignedIn): readonly unknown[] {
  const { subject, actor = null, clientId } = caller;
  return [subject, actor, clientId, sector ?? null];
}

function refuse({ kind }: Place): never {
  const what = kind === "id" ? "An ID" : "A cursor";
  throw new HuiminError("BAD_USER_INPUT", { message: `${what} is not one that this client was given here.` });
}

function refuseHandover(subgraph: string): never {
  throw new HuiminError("FORBIDDEN", { detail: `${subgraph} would be handed an ID of another organisation's` });
}

interface Opening {
  readonly supergraph: GraphQLSchema;
  /** Opens what the client has sent. */
  readonly open: Change;
  /** Opens what subgraphs have answered. */
  readonly openOwn: Change;
}

function openRequest(
  { query, queryJson, variables, entities, ...request }: SubgraphRequest,
  places: SealedPlaces,
  { supergraph, open, openOwn }: Opening,
): SubgraphRequest {
  const opened = openLiterals(query, places.literals, open);
  const search: Search = { supergraph, placeOf: (_name, type) => placeOfType(type) };
  return {
    ...request,
    query: opened,
    queryJson: opened === query ? queryJson : JSON.stringify(opened),
    variables: openVariables(variables, places.variables, supergraph, open),
    entities: entities.map((list) => ({
      ...list,
      representations: list.representations.map((text) => openRepresentation(text, search, openOwn)),
    })),
  };
}

function openLiterals(query: string, literals: SealedPlaces["literals"], open: Change): string {
  let opened = "";
  let done = 0;
  for (const { place, value, start, end } of literals) {
    opened += query.slice(done, start) + JSON.stringify(open(value, place));
    done = end;
  }
  return opened + query.slice(done);
}

function openVariables(
  text: string,
  places: SealedPlaces["variables"],
  supergraph: GraphQLSchema,
  open: Change,
): string {
  if (places.size === 0) return text;
  const values = JSON.parse(`{${text}}`) as Record<string, unknown>;
  for (const [name, { type, names, fields }] of places) {
    if (values[name] === undefined) continue;
    const placeOf: Search["placeOf"] = (member, ofType) =>
      placeOfInput(member === "" ? names : [member], ofType, fields);
    values[name] = changed(values[name], type, "", { supergraph, placeOf }, open);
  }
  return JSON.stringify(values).slice(1, -1);
}

function openRepresentation(text: string, search: Search, open: Change): string {
  const representation = JSON.parse(text) as { readonly __typename: string };
  const type = search.supergraph.getType(representation.__typename);
  return type ? JSON.stringify(changed(representation, getNamedType(type), "", search, open)) : text;
}

function sealIn(value: unknown, places: AnswerPlaces, seal: Change): void {
  if (Array.isArray(value)) {
    for (const item of value) sealIn(item, places, seal);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const object = value as Record<string, unknown>;
  for (const [name, place] of places.leaves) object[name] = sealed(object[name], place, seal);
  for (const [name, members] of places.members) sealIn(object[name], members, seal);
}

/** A value or a list of them, sealed; what is no text is left for the answer's types to refuse. */
function sealed(value: unknown, place: Place, seal: Change): unknown {
  if (Array.isArray(value)) return value.map((item) => sealed(item, place, seal));
  return typeof value === "string" || typeof value === "number" ? seal(String(value), place) : value;
}
