/** The writer of an operation: from its selection to closures that write JSON text. */
import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  TypeNameMetaFieldDef,
} from "graphql";
import { isInherited, isTree, read } from "../tree.ts";
import type { Guard, Guards } from "./guards.ts";
import { compileLeaf } from "./leaf.ts";
import { type Fragments, type SelectedField, type Source, selectedFields } from "./selected-fields.ts";
import type { WriteObject, WriteValue, Writing } from "./writing.ts";

/** What the writers of one program have in common. */
export interface WriterOptions {
  readonly schema: GraphQLSchema;
  readonly fragments: Fragments;
  readonly guards: Guards;
  /** The lists of entities that put objects at a place, and those that put objects into its members. */
  readonly sharedAt: (place: string) => readonly number[];
}

interface Position {
  readonly sources: readonly Source[];
  /** Response names from the root, joined by dots. */
  readonly place: string;
}

interface Field {
  readonly from: string;
  readonly inherited: boolean;
  /** `"name":` */
  readonly prefix: string;
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
    isNonNullType(output) ? required(present(output.ofType, position)) : optional(present(output, position));

  const present = (output: GraphQLOutputType, position: Position): WriteValue => {
    if (isLeafType(output)) return compileLeaf(output);
    const write = isListType(output)
      ? list(compile(output.ofType, position))
      : composite(output as GraphQLCompositeType, position);
    const lists = options.sharedAt(position.place);
    return lists.length === 0 ? write : shared(write, lists, positions++);
  };

  const composite = (output: GraphQLCompositeType, position: Position): WriteValue => {
    const fieldsOf = (object: GraphQLObjectType): WriteObject =>
      writeFields(
        selectedFields(options.schema, options.fragments, object, position.sources).map((field) =>
          compileField(field, object, position.place),
        ),
      );
    return isObjectType(output) ? concrete(fieldsOf(output)) : abstract(options.schema, output, fieldsOf);
  };

  const compileField = (field: SelectedField, parent: GraphQLObjectType, parentPlace: string): Field => {
    const common = {
      from: field.responseName,
      inherited: isInherited(field.responseName),
      prefix: `${JSON.stringify(field.responseName)}:`,
      guard: options.guards.add(field.selected),
    };
    const name = field.node.name.value;
    if (name === TypeNameMetaFieldDef.name) return { ...common, write: constant(JSON.stringify(parent.name)) };
    const definition = parent.getFields()[name];
    // Introspection is answered beside the plan and stands in the tree as it is.
    if (!definition) return { ...common, write: writeIntrospection };
    const at = parentPlace === "" ? field.responseName : `${parentPlace}.${field.responseName}`;
    return { ...common, write: compile(definition.type, { sources: field.sources, place: at }) };
  };

  return composite(type, { sources, place });
}

function required(write: WriteValue): WriteValue {
  return (value, writing) => (value === null || value === undefined ? writing.fault("missing") : write(value, writing));
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
  type: GraphQLCompositeType,
  fieldsOf: (type: GraphQLObjectType) => WriteObject,
): WriteValue {
  const possible = new Map(
    isObjectType(type) ? [] : schema.getPossibleTypes(type).map((object) => [object.name, object]),
  );
  const writers = new Map<unknown, WriteObject>();
  return (value, writing) => {
    if (!isTree(value)) return writing.fault("unfit");
    const { __typename: typename } = value;
    const known = writers.get(typename);
    if (known) return known(value, writing);
    const object = typeof typename === "string" ? possible.get(typename) : undefined;
    if (!object) return writing.fault("unfit");
    const write = fieldsOf(object);
    writers.set(typename, write);
    return write(value, writing);
  };
}

function writeFields(fields: readonly Field[]): WriteObject {
  return (object, writing) => {
    let separator = "{";
    const { path } = writing;
    for (const { from, inherited, prefix, guard, write } of fields) {
      if (guard !== undefined && !writing.decisions(guard)) continue;
      writing.text += separator + prefix;
      separator = ",";
      path?.push(from);
      const fits = write(inherited ? read(object, from) : object[from], writing);
      path?.pop();
      if (!fits) return false;
    }
    writing.text += separator === "{" ? "{}" : "}";
    return true;
  };
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
