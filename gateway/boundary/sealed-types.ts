/** Which values cross sectors in another form, by their types and names, and how they are found in objects and inputs. */
import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isScalarType,
} from "graphql";
import { directivesOn } from "../cache/join-directives.ts";
import { personId } from "../cache/personal.ts";

/** What a value is that crosses in another form. */
export type Place =
  | { readonly kind: "id" }
  | { readonly kind: "person" }
  | {
      readonly kind: "cursor";
      /** The fields whose lists it may belong to. */
      readonly fields: readonly string[];
    }
  | {
      readonly kind: "key";
      /** The kind of the key, which is its scalar. */
      readonly scalar: string;
    };

const cursorFields: ReadonlySet<string> = new Set(["cursor", "startCursor", "endCursor"]);
const cursorArguments: ReadonlySet<string> = new Set(["after", "before"]);
const cursorTypes: ReadonlySet<string> = new Set(["String", "ID"]);

/** What a field without members gives, in the list of the field `list`. */
export function placeOfOutput(name: string, type: GraphQLNamedType | undefined, list: string): Place | undefined {
  if (cursorFields.has(name)) return { kind: "cursor", fields: [list] };
  return placeOfType(type);
}

/** What is given by one of these names, to one of these fields. */
export function placeOfInput(
  names: Iterable<string>,
  type: GraphQLNamedType | undefined,
  fields: Iterable<string>,
): Place | undefined {
  const isCursor = cursorTypes.has(type?.name ?? "") && [...names].some((name) => cursorArguments.has(name));
  return isCursor ? { kind: "cursor", fields: [...fields] } : placeOfType(type);
}

/** What a value is by its type alone, as in the representation of an entity. */
export function placeOfType(type: GraphQLNamedType | undefined): Place | undefined {
  if (type?.name === "ID") return { kind: "id" };
  if (type?.name === personId) return { kind: "person" };
  return isSharedKeyType(type) ? { kind: "key", scalar: type.name } : undefined;
}

/** Whether the values of a type are keys that sectors share (`@sharedKey`). */
export function isSharedKeyType(type: GraphQLNamedType | undefined): type is GraphQLNamedType {
  return isScalarType(type) && directivesOn(type, "sharedKey").length > 0;
}

/** Gives a value in the place of another. */
export type Change = (text: string, place: Place) => string;

/** How the places in a value are found. */
export interface Search {
  readonly supergraph: GraphQLSchema;
  readonly placeOf: (name: string, type: GraphQLNamedType) => Place | undefined;
}

/**
 * A value of an input type, or an object of any type as a representation writes it, changed in all its places.
 *
 * @param name under which it is given
 */
export function changed(value: unknown, type: GraphQLType, name: string, search: Search, change: Change): unknown {
  if (Array.isArray(value)) return value.map((item) => changed(item, type, name, search, change));
  const named = getNamedType(type);
  if (typeof value === "object" && value !== null) {
    return isLeafType(named) ? value : changedObject(value, named, search, change);
  }
  if (typeof value !== "string" && typeof value !== "number") return value;
  const place = search.placeOf(name, named);
  return place ? change(String(value), place) : value;
}

function changedObject(object: object, type: GraphQLNamedType, search: Search, change: Change): object {
  const typename = "__typename" in object ? search.supergraph.getType(String(object.__typename)) : undefined;
  const fields = fieldsOf(typename ?? type);
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const field = fields[name];
      return [name, field ? changed(value, field.type, name, search, change) : value];
    }),
  );
}

/** The fields of an object, an interface or an input object; none of anything else. */
export function fieldsOf(
  type: GraphQLNamedType | undefined,
): Readonly<Record<string, GraphQLField<unknown, unknown> | GraphQLInputField>> {
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? type.getFields() : {};
}
