/** What the subgraphs of a supergraph are handed, whatever is asked. */
import { type FieldNode, type InlineFragmentNode, Kind, parse, type SelectionNode } from "graphql";
import type { Handover, Selected } from "../trust/recipients.ts";
import { type Annotated, type DirectiveArguments, fieldsOf, type TypeNode, valuesOf } from "./linked-directive.ts";

/** A handover and why it is made, as messages say it. */
export interface ReasonedHandover extends Handover {
  readonly reason: string;
}

/**
 * Finds them all: the keys by which entities are found, and what fields take of the same object or of one around it.
 *
 * @param nameOf the name of a subgraph by its value of `join__Graph`
 */
export function handoversIn(types: readonly TypeNode[], nameOf: (graph: string) => string): ReasonedHandover[] {
  const contexts = typesByContext(types);
  return types.flatMap((node) => {
    const type = node.name.value;
    const keys = joinsOn(node, "join__type").flatMap(({ graph, key, resolvable }) =>
      key === undefined || resolvable === false
        ? []
        : [{ subgraph: nameOf(String(graph)), type, selections: selected(String(key)), reason: `@key of ${type}` }],
    );
    const fields = fieldsOf(node).flatMap((field) =>
      joinsOn(field, "join__field").flatMap((join) => {
        const to = { subgraph: nameOf(String(join.graph)) };
        const of = `${type}.${field.name.value}`;
        const required = join.requires === undefined ? [] : [{ type, text: String(join.requires), by: "@requires" }];
        const taken = contextArguments(join).flatMap(({ context, selection }) =>
          // A context that nobody is known to open is none of the supergraph's types, and so refused.
          (contexts.get(context) ?? [context]).map((around) => ({ type: around, text: selection, by: "@fromContext" })),
        );
        return [...required, ...taken].map(({ text, by, ...each }) => ({
          ...to,
          ...each,
          selections: selected(text),
          reason: `${by} of ${of}`,
        }));
      }),
    );
    return [...keys, ...fields];
  });
}

/** The arguments of all applications of a directive of the join specification. */
export function joinsOn({ directives = [] }: Annotated, name: string): DirectiveArguments[] {
  return directives.filter((each) => each.name.value === name).map(({ arguments: given }) => valuesOf(given));
}

function typesByContext(types: readonly TypeNode[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const node of types) {
    // Whatever `@context` is called there: a context's name begins with its subgraph's, which no other name does.
    for (const { name } of (node.directives ?? []).map(({ arguments: given }) => valuesOf(given))) {
      found.set(String(name), [...(found.get(String(name)) ?? []), node.name.value]);
    }
  }
  return found;
}

function contextArguments({ contextArguments: given }: DirectiveArguments) {
  const list: unknown[] = Array.isArray(given) ? given : [];
  return list.map((each) => {
    const { context, selection } = each as { readonly context?: unknown; readonly selection?: unknown };
    return { context: String(context), selection: String(selection) };
  });
}

/** What the text of a `@key`, a `@requires` or a `@fromContext` selects. */
export function selected(text: string): Selected[] {
  const braced = text.trim().startsWith("{") ? text : `{ ${text} }`;
  const [definition] = parse(braced, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no selection: ${text}`);
  return definition.selectionSet.selections.map(asSelected);
}

function asSelected(node: SelectionNode): Selected {
  if (node.kind === Kind.FRAGMENT_SPREAD) throw new Error(`no selection of fields: ...${node.name.value}`);
  const selections = below(node);
  if (node.kind === Kind.FIELD) return { kind: "Field", name: node.name.value, ...(selections && { selections }) };
  const typeCondition = node.typeCondition?.name.value;
  return { kind: "InlineFragment", ...(typeCondition && { typeCondition }), selections: selections ?? [] };
}

function below({ selectionSet }: FieldNode | InlineFragmentNode): Selected[] | undefined {
  return selectionSet?.selections.map(asSelected);
}
