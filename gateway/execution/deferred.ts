/** What a deferred part shows: the objects that it adds to, and the writer of what it adds. */
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationTypeNode,
  parse,
  type SelectionSetNode,
} from "graphql";
import { responseName } from "./fetch-operation.ts";
import type { DeferredPart } from "./plan-graph.ts";
import { compileWriter, type WriterOptions } from "./write/compile.ts";
import { always } from "./write/guards.ts";
import type { Fragments } from "./write/selected-fields.ts";
import type { WriteValue } from "./write/writing.ts";

/** Reads a selection as plans write it: `{ name price }`. */
function readSubselection(text: string): SelectionSetNode {
  const [operation] = parse(text, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("a part of the plan shows no selection");
  return operation.selectionSet;
}

/** Compiles the writer of the objects of a deferred part; undefined when it adds nothing. */
export function compileDeferred(
  options: WriterOptions,
  root: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
  { queryPath, subselection }: DeferredPart,
): WriteValue | undefined {
  if (subselection === undefined) return undefined;
  const type = typeAt(options.schema, root, selectionSet, options.fragments, queryPath);
  const place = queryPath.filter((step) => !step.startsWith("... on ")).join(".");
  return compileWriter(options, type, [{ selectionSet: readSubselection(subselection), selected: always }], place);
}

/** The type of the objects that a path of response names leads to. */
function typeAt(
  schema: GraphQLSchema,
  root: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
  fragments: Fragments,
  path: readonly string[],
): GraphQLCompositeType {
  let current: readonly Selected[] = [{ type: root, selectionSet }];
  let condition: string | undefined;
  for (const step of path) {
    condition = /^\.\.\. on (?<type>.+)$/.exec(step)?.groups?.type;
    if (condition === undefined) current = current.flatMap((each) => fieldsOf(each, step, schema, fragments));
  }
  const narrowed = condition === undefined ? current[0]?.type : schema.getType(condition);
  if (!isCompositeType(narrowed)) throw new Error("a part of the plan adds to nothing that was selected");
  return narrowed;
}

interface Selected {
  readonly type: GraphQLCompositeType;
  readonly selectionSet: SelectionSetNode;
}

function fieldsOf(
  { type, selectionSet }: Selected,
  name: string,
  schema: GraphQLSchema,
  fragments: Fragments,
): readonly Selected[] {
  return selectionSet.selections.flatMap((selection): readonly Selected[] => {
    if (selection.kind === Kind.FIELD) return responseName(selection) === name ? within(type, selection) : [];
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
    const narrowed = fragment?.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
    if (!fragment || !isCompositeType(narrowed)) return [];
    return fieldsOf({ type: narrowed, selectionSet: fragment.selectionSet }, name, schema, fragments);
  });
}

function within(type: GraphQLCompositeType, { name, selectionSet }: FieldNode): readonly Selected[] {
  const field = "getFields" in type ? type.getFields()[name.value] : undefined;
  const output = field && getNamedType(field.type);
  return selectionSet && isCompositeType(output) ? [{ type: output, selectionSet }] : [];
}

/** The root type of an operation. */
export function rootTypeOf(schema: GraphQLSchema, operation: OperationTypeNode): GraphQLCompositeType {
  const type = schema.getRootType(operation);
  if (!type) throw new Error(`the schema has no ${operation}s`);
  return type;
}
