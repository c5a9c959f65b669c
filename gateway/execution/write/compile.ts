/** The writer of an operation: from its selection to closures that write JSON text. */
import {
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLEnumType,
  type GraphQLInterfaceType,
  type GraphQLNonNull,
  type GraphQLNullableType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  TypeNameMetaFieldDef,
} from "graphql";
import type { Refusal } from "../../rights/demand.ts";
import type { Refusals } from "../../rights/rights.ts";
import { isInherited, isTree, read, type Tree } from "../tree.ts";
import type { Guard, Guards } from "./guards.ts";
import { compileLeaf } from "./leaf.ts";
import { appliesTo, type Fragments, type SelectedField, type Source, selectedFields } from "./selected-fields.ts";
import { writeUnresolved } from "./unresolved.ts";
import type { WriteObject, WriteValue, Writing } from "./writing.ts";

/** What the writers of one program have in common. */
export interface WriterOptions {
  readonly schema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly fragments: Fragments;
  readonly guards: Guards;
  /** Whether any fetch gives the fields at a place. */
  readonly isPlanned: (place: string) => boolean;
  /** The lists of entities that put objects at a place, and those that put objects into its members. */
  readonly sharedAt: (place: string) => readonly number[];
  /** What clients call a response name, where the gateway has put a name of its own in its place. */
  readonly responseNames: ReadonlyMap<string, string>;
  /** What the caller may not read. */
  readonly refusals: Refusals;
  /** Deferred fragments are left out. */
  readonly undeferred?: boolean;
}

type NullableOutputType = Exclude<GraphQLOutputType, GraphQLNonNull<GraphQLNullableType>>;

interface Position {
  readonly sources: readonly Source[];
  /** Response names from the root, joined by dots. */
  readonly place: string;
}

/** A compiled field of an object. */
export interface Field {
  readonly from: string;
  readonly inherited: boolean;
  /** `{"name":`, for the first field of an object. */
  readonly opening: string;
  /** `,"name":`, for a further one. */
  readonly further: string;
  readonly guard: Guard | undefined;
  readonly write: WriteValue;
}

/** Compiles the writer of a selection on objects of a type, which stand at `place`. */
export function compileWriter(
  options: WriterOptions,
  type: GraphQLCompositeType,
  sources: readonly Source[],
  place: string,
): WriteValue {
  let positions = 0;
  const compile = (output: GraphQLOutputType, position: Position): WriteValue =>
    isNonNullType(output)
      ? required(present(output.ofType as NullableOutputType, position))
      : optional(isEnumType(output) ? shown(output, options.supergraphSchema) : present(output, position));

  const present = (output: NullableOutputType, position: Position): WriteValue => {
    if (isLeafType(output)) return compileLeaf(output);
    const write = isListType(output) ? list(compile(output.ofType, position)) : composite(output, position);
    const lists = options.sharedAt(position.place);
    return lists.length === 0 ? write : shared(write, lists, positions++);
  };

  const composite = (output: GraphQLCompositeType, position: Position): WriteValue => {
    const fieldsOf = (object: GraphQLObjectType): WriteObject => {
      const refused = options.refusals.ofType(object.name);
      if (refused) return withheld(refused, true);
      return writeFields(
        selectedFields({ ...options, applies: appliesTo(options.schema, object) }, position.sources).map((field) =>
          compileField(field, object, position.place),
        ),
      );
    };
    if (isObjectType(output)) return concrete(fieldsOf(output));
    return abstract(options.schema, output, fieldsOf, () => unresolved(output, position));
  };

  /** Writes an object of which only the interface is known, as long as no more need be known of it. */
  const unresolved = (output: GraphQLAbstractType, position: Position): WriteObject | undefined => {
    if (!isInterfaceType(output)) return undefined;
    const possible = options.schema.getPossibleTypes(output);
    // Of an interface without objects only the fields of its own are ever there.
    const perType = (possible.length > 0 ? possible : [output]).map((each) =>
      selectedFields({ ...options, applies: appliesTo(options.schema, each) }, position.sources),
    );
    return writeUnresolved(perType, options.guards, (field) => compileField(field, output, position.place));
  };

  const compileField = (
    field: SelectedField,
    parent: GraphQLObjectType | GraphQLInterfaceType,
    parentPlace: string,
  ): Field => {
    const shown = JSON.stringify(options.responseNames.get(field.responseName) ?? field.responseName);
    const common = {
      from: field.responseName,
      inherited: isInherited(field.responseName),
      opening: `{${shown}:`,
      further: `,${shown}:`,
      guard: options.guards.add(field.selected),
    };
    const name = field.node.name.value;
    if (name === TypeNameMetaFieldDef.name) return { ...common, write: constant(JSON.stringify(parent.name)) };
    const definition = parent.getFields()[name];
    // Introspection is answered beside the plan and stands in the tree as it is.
    if (!definition) return { ...common, write: writeIntrospection };
    const refused = options.refusals.ofField(parent.name, name);
    if (refused) return { ...common, write: withheld(refused, isNonNullType(definition.type)) };
    const at = parentPlace === "" ? field.responseName : `${parentPlace}.${field.responseName}`;
    const write = compile(definition.type, { sources: field.sources, place: at });
    return { ...common, write: options.isPlanned(at) ? write : unplanned(write) };
  };

  return composite(type, { sources, place });
}

/** Stands in the place of what the caller may not read. */
function withheld(refusal: Refusal, isRequired: boolean): WriteValue {
  return (_value, writing) => {
    writing.refuse(refusal);
    if (!isRequired) writing.text += "null";
    return !isRequired;
  };
}

function required(write: WriteValue): WriteValue {
  return (value, writing) => (value === null || value === undefined ? writing.fault("missing") : write(value, writing));
}

/** What the planner saw no way to is lost, and not merely null. */
function unplanned(write: WriteValue): WriteValue {
  return (value, writing) => {
    if (value === undefined) writing.fault("missing");
    return write(value, writing);
  };
}

/** An enum where null may stand for values that clients may not see: those are no fault of the subgraph. */
function shown(type: GraphQLEnumType, supergraphSchema: GraphQLSchema): WriteValue {
  const whole = supergraphSchema.getType(type.name);
  const values = isEnumType(whole) ? whole.getValues() : [];
  const hidden = new Set<unknown>(values.map(({ name }) => name).filter((name) => !type.getValue(name)));
  const write = compileLeaf(type);
  return (value, writing) => !hidden.has(value) && write(value, writing);
}

function optional(write: WriteValue): WriteValue {
  return (value, writing) => {
    if (value !== null && value !== undefined) {
      const before = writing.text;
      if (write(value, writing)) return true;
      writing.text = before;
      writing.nulled();
    }
    writing.text += "null";
    return true;
  };
}

function list(write: WriteValue): WriteValue {
  return (value, writing) => {
    if (!Array.isArray(value)) return writing.fault("unfit");
    writing.text += "[";
    const { path } = writing;
    for (let index = 0; index < value.length; index++) {
      if (index > 0) writing.text += ",";
      path?.push(index);
      const fits = write(value[index], writing);
      path?.pop();
      if (!fits) return false;
    }
    writing.text += "]";
    return true;
  };
}

function concrete(write: WriteObject): WriteValue {
  return (value, writing) => (isTree(value) ? write(value, writing) : writing.fault("unfit"));
}

/** The type of an object is what it says, as long as clients may see that type here. */
function abstract(
  schema: GraphQLSchema,
  type: GraphQLAbstractType,
  fieldsOf: (type: GraphQLObjectType) => WriteObject,
  unresolved: () => WriteObject | undefined,
): WriteValue {
  const possible = new Map(schema.getPossibleTypes(type).map((object) => [object.name, object]));
  const writers = new Map<unknown, WriteObject>();
  const writerOf = (typename: unknown): WriteObject | undefined => {
    const object = typeof typename === "string" ? possible.get(typename) : undefined;
    if (object) return fieldsOf(object);
    // A subgraph that knows an interface as an object (`@interfaceObject`) gives that name, or is not even asked.
    return typename === type.name || typename === undefined ? unresolved() : undefined;
  };
  return (value, writing) => {
    if (!isTree(value)) return writing.fault("unfit");
    const { __typename: typename } = value;
    const known = writers.get(typename);
    if (known) return known(value, writing);
    const write = writerOf(typename);
    if (!write) return writing.fault("unfit");
    writers.set(typename, write);
    return write(value, writing);
  };
}

function writeFields(fields: readonly Field[]): WriteObject {
  return (object, writing) => {
    let isFirst = true;
    for (const field of fields) {
      if (field.guard !== undefined && !writing.decisions(field.guard)) continue;
      if (!writeField(field, isFirst, object, writing)) return false;
      isFirst = false;
    }
    writing.text += isFirst ? "{}" : "}";
    return true;
  };
}

/** Writes the name and value of a field, and what separates it from what was before. */
export function writeField(field: Field, isFirst: boolean, object: Tree, writing: Writing): boolean {
  const { from, inherited, write } = field;
  const { path } = writing;
  writing.text += isFirst ? field.opening : field.further;
  path?.push(from);
  const fits = write(inherited ? read(object, from) : object[from], writing);
  path?.pop();
  return fits;
}

/** Objects that stand in many places of the tree are written once; when paths matter, each time. */
function shared(write: WriteValue, lists: readonly number[], position: number): WriteValue {
  return (value, writing) => {
    if (writing.path || !lists.some((index) => writing.shared[index])) return write(value, writing);
    const known = writing.written(position, value);
    if (known !== undefined) {
      writing.text += known;
      return true;
    }
    const before = writing.text;
    writing.text = "";
    const fits = write(value, writing);
    if (fits) writing.remember(position, value, writing.text);
    writing.text = before + writing.text;
    return fits;
  };
}

function constant(text: string): WriteValue {
  return (_value, writing) => {
    writing.text += text;
    return true;
  };
}

function writeIntrospection(value: unknown, writing: Writing): boolean {
  writing.text += JSON.stringify(value ?? null);
  return true;
}
