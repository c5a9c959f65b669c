/** Puts other values into the places of a request, and of the answer to it. */
import { type GraphQLSchema, getNamedType } from "graphql";
import type { SubgraphRequest } from "./boundary.ts";
import { type AnswerPlaces, isOneOf, type Kinds, type SealedPlaces } from "./sealed-places.ts";
import { type Change, changed, type Place, placeOfInput, placeOfType, type Search } from "./sealed-types.ts";

/** With what a request is opened. */
export interface Opening {
  readonly supergraph: GraphQLSchema;
  readonly kinds: Kinds;
  /** Opens what the client has sent. */
  readonly open: Change;
  /** Opens what subgraphs have answered, which stands in representations. */
  readonly openOwn: Change;
}

/** The request with all its places opened. */
export function openRequest(
  { query, queryJson, variables, entities, ...request }: SubgraphRequest,
  places: SealedPlaces,
  opening: Opening,
): SubgraphRequest {
  const opened = openLiterals(query, places.literals, opening.open);
  return {
    ...request,
    query: opened,
    queryJson: opened === query ? queryJson : JSON.stringify(opened),
    variables: openVariables(variables, places.variables, opening),
    entities: entities.map((list) => ({
      ...list,
      representations: list.representations.map((text) => openRepresentation(text, opening)),
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

function openVariables(text: string, places: SealedPlaces["variables"], { supergraph, kinds, open }: Opening): string {
  if (places.size === 0) return text;
  const values = JSON.parse(`{${text}}`) as Record<string, unknown>;
  for (const [name, { type, names, fields }] of places) {
    if (values[name] === undefined) continue;
    const placeOf: Search["placeOf"] = (member, ofType) =>
      only(placeOfInput(member === "" ? names : [member], ofType, fields), kinds);
    values[name] = changed(values[name], type, "", { supergraph, placeOf }, open);
  }
  return JSON.stringify(values).slice(1, -1);
}

function openRepresentation(text: string, { supergraph, kinds, openOwn }: Opening): string {
  const representation = JSON.parse(text) as { readonly __typename: string };
  const type = supergraph.getType(representation.__typename);
  const placeOf: Search["placeOf"] = (_name, ofType) => only(placeOfType(ofType), kinds);
  return type
    ? JSON.stringify(changed(representation, getNamedType(type), "", { supergraph, placeOf }, openOwn))
    : text;
}

function only(place: Place | undefined, kinds: Kinds): Place | undefined {
  return isOneOf(place, kinds) ? place : undefined;
}

/** Seals all places of an answer, or a part of it, in place. */
export function sealIn(value: unknown, places: AnswerPlaces, seal: Change): void {
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
