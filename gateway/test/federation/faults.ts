/** What may go wrong inside subgraphs, at objects and fields that a test names. */
import { GraphQLError } from "graphql";
import type { Item } from "./fixture.ts";
import { origin } from "./references.ts";

/** `element` means the last one of a list; a field that is no list is hit as a whole. */
export type FaultKind = "error" | "null" | "element error" | "element null";

export const faultKinds: readonly FaultKind[] = ["error", "null", "element error", "element null"];

/** A field of an object of the fixture; of a root type when it has none. */
export interface Place {
  readonly item: Item | string;
  readonly field: string;
}

export interface Faults {
  /** Whether subgraphs hand out null where their own schema promises a value, and say nothing. */
  readonly lying: boolean;
  /** What happens at a place. */
  at(place: Place): FaultKind | undefined;
  /** What happens to a representation. */
  reference?(reference: Item): FaultKind | undefined;
}

export const noFaults: Faults = { lying: false, at: () => undefined };

/** Faults at exactly these places. */
export function faultsAt(places: readonly (readonly [Place, FaultKind])[], lying: boolean): Faults {
  const at = (place: Place) => places.find(([{ item, field }]) => item === place.item && field === place.field)?.[1];
  return { lying, at };
}

/** No faults, but a list of the places that are read. */
export function watchPlaces(): { readonly faults: Faults; readonly places: readonly Place[] } {
  const places: Place[] = [];
  const at = (place: Place) => {
    if (!places.some(({ item, field }) => item === place.item && field === place.field)) places.push(place);
    return undefined;
  };
  return { faults: { lying: false, at }, places };
}

/** Reads a field, or what comes of it under these faults. */
export function faultyField(faults: Faults, type: string, source: Item, field: string, read: () => unknown): unknown {
  const item = source.__typename === undefined ? type : original(source);
  return spoil(faults.at({ item, field }), read);
}

/** Finds what a representation names, or what comes of it under these faults. */
export function faultyReference(faults: Faults, reference: Item, find: () => unknown): unknown {
  return spoil(faults.reference?.(reference), find);
}

function spoil(fault: FaultKind | undefined, read: () => unknown): unknown {
  if (fault === undefined) return read();
  if (fault === "error") throw new GraphQLError("out of order", { extensions: { code: "FORBIDDEN" } });
  const value = fault === "null" ? undefined : read();
  if (!Array.isArray(value) || value.length === 0) return null;
  const last =
    fault === "element null" ? null : new GraphQLError("out of order", { extensions: { code: "FORBIDDEN" } });
  return [...value.slice(0, -1), last];
}

function original(item: Item): Item {
  const found: unknown = Reflect.get(item, origin);
  return typeof found === "object" && found !== null ? (found as Item) : item;
}
