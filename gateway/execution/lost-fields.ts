/** Which fields are lost when a subgraph gives nothing at all. */
import { type FieldNode, Kind, parse, type SelectionNode, type SelectionSetNode } from "graphql";

/** Most paths that are named for one call; a list of thousands would say no more. */
const maxPaths = 50;

/** A path in the answer of a subgraph. */
export type SubgraphPath = readonly (string | number)[];

/**
 * The paths of the fields for which `document` asked a subgraph: of each representation when it asks
 * for entities, else of the root.
 */
export function lostFields(document: string, representations: readonly unknown[] | undefined): SubgraphPath[] {
  const fields = rootFields(document);
  if (representations === undefined) return fields.map((field) => [responseName(field)]);
  const paths: SubgraphPath[] = [];
  for (const [index, representation] of representations.entries()) {
    if (paths.length >= maxPaths) break;
    for (const entities of fields) {
      const names = entityFields(entities.selectionSet, typeName(representation));
      paths.push(...names.map((name) => [responseName(entities), index, name]));
    }
  }
  return paths.slice(0, maxPaths);
}

function rootFields(document: string): FieldNode[] {
  return parse(document, { noLocation: true })
    .definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .flatMap((operation) => operation.selectionSet.selections)
    .filter(isField);
}

function entityFields(selectionSet: SelectionSetNode | undefined, type: unknown): string[] {
  return (selectionSet?.selections ?? []).flatMap((selection) => {
    if (isField(selection)) return selection.name.value === "__typename" ? [] : [responseName(selection)];
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    const condition = selection.typeCondition?.name.value;
    return condition === undefined || condition === type ? entityFields(selection.selectionSet, type) : [];
  });
}

function isField(selection: SelectionNode): selection is FieldNode {
  return selection.kind === Kind.FIELD;
}

function responseName(field: FieldNode): string {
  return (field.alias ?? field.name).value;
}

function typeName(representation: unknown): unknown {
  return typeof representation === "object" && representation !== null && "__typename" in representation
    ? representation.__typename
    : undefined;
}
