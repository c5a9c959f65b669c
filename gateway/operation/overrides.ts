/**
 * `@override(from:, label:)`: a field moves from one subgraph to another for some requests first. Which
 * labels an operation touches is known when it is compiled; whether each is on is decided per request.
 */
import { createHash } from "node:crypto";
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import type { Admitted } from "../admission/admit.ts";

/** Decides a label that is not a percentage: true takes the field from its new subgraph. */
export type OverrideRule = (label: string, admitted: Admitted) => boolean;

/** Whether each label that an operation touches is on; labels in the order of their names. */
export type OverrideDecisions = ReadonlyMap<string, boolean>;

/** An operation as far as labels go. */
export interface LabelledOperation {
  /** The labels that it touches, in the order of their names. */
  readonly labels: readonly string[];
  /** The same operation in the form in which it is to be planned. */
  readonly document: DocumentNode;
}

const percentLabel = /^percent\((?<share>\d+(?:\.\d+)?)\)$/;

/**
 * Makes the function that finds the labels of a supergraph in an operation. `schema` is the one that
 * documents are written for.
 *
 * The planner forgets labels where a field is selected on an interface. There the field is selected on
 * each possible type instead.
 */
export function createLabelFinder(
  supergraphSchema: GraphQLSchema,
  schema: GraphQLSchema,
): (document: DocumentNode) => LabelledOperation {
  const labels = labelsOf(supergraphSchema);
  if (labels.size === 0) return (document) => ({ labels: [], document });
  return (document) => {
    const touched = new Set<string>();
    const typeInfo = new TypeInfo(schema);
    const visitor = visitWithTypeInfo(typeInfo, {
      Field(node) {
        const parent = typeInfo.getParentType();
        if (!parent) return undefined;
        const types = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent];
        const found = types.flatMap((type) => labels.get(`${type.name}.${node.name.value}`) ?? []);
        for (const label of found) touched.add(label);
        return found.length > 0 && isAbstractType(parent) ? selectOnEach(types, node) : undefined;
      },
    });
    const rewritten = visit(document, visitor);
    return { labels: [...touched].sort(), document: rewritten };
  };
}

function selectOnEach(types: readonly { readonly name: string }[], field: FieldNode): InlineFragmentNode {
  const on = ({ name: value }: { readonly name: string }): InlineFragmentNode => ({
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value } },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  });
  return { kind: Kind.INLINE_FRAGMENT, selectionSet: { kind: Kind.SELECTION_SET, selections: types.map(on) } };
}

/** `Type.field` to the labels of its `@join__field(overrideLabel:)`. */
function labelsOf(supergraphSchema: GraphQLSchema): ReadonlyMap<string, readonly string[]> {
  const labels = new Map<string, string[]>();
  for (const type of Object.values(supergraphSchema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const found = (field.astNode?.directives ?? []).flatMap(labelOf);
      if (found.length > 0) labels.set(`${type.name}.${field.name}`, found);
    }
  }
  return labels;
}

function labelOf({ name, arguments: given = [] }: ConstDirectiveNode): string[] {
  if (name.value !== "join__field") return [];
  return given.flatMap(({ name: { value: argument }, value }) =>
    argument === "overrideLabel" && value.kind === Kind.STRING ? [value.value] : [],
  );
}

/**
 * Decides the labels for one request. `percent(N)` is on for N percent of all citizens, always the same
 * ones for a label, and for N percent of the requests of nobody.
 */
export function decideOverrides(labels: readonly string[], admitted: Admitted, rule: OverrideRule): OverrideDecisions {
  if (labels.length === 0) return noDecisions;
  return new Map(
    labels.map((label) => {
      const share = percentLabel.exec(label)?.groups?.share;
      return [label, share === undefined ? rule(label, admitted) : positionOf(label, admitted) < Number(share)];
    }),
  );
}

const noDecisions: OverrideDecisions = new Map();

/** Where from 0 to 100 somebody stands for a label: citizens always at the same place, nobody at any. */
export function positionOf(label: string, admitted: Admitted): number {
  if (admitted.kind !== "signed in") return Math.random() * 100;
  const hash = createHash("sha256").update(`${label}\n${admitted.caller.subject}`).digest();
  return (hash.readUIntBE(0, 6) / 2 ** 48) * 100;
}
