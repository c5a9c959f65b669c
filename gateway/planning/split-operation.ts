/** Takes an operation for entities apart where its fields need different things under one name. */
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";
import type { StandIn } from "./required-arguments.ts";

export interface OperationGroup {
  readonly operation: string;
  /** Names of the variables that it uses. */
  readonly variableUsages: ReadonlySet<string>;
  /** The stand-ins that its representations must not hold. */
  readonly without: ReadonlySet<string>;
}

/** By `Type.field` the stand-ins that the field needs. */
export type RequiredBy = ReadonlyMap<string, ReadonlySet<string>>;

/** The fewest operations in each of which no two fields need different arguments of one field; mostly one. */
export function splitEntityOperation(
  operation: string,
  standIns: ReadonlyMap<string, StandIn>,
  requiredBy: RequiredBy,
): readonly OperationGroup[] {
  const document = parse(operation, { noLocation: true });
  const groups: Set<string>[] = [new Set()];
  const groupOf = new Map<string, number>();
  for (const key of entityFields(document)) {
    const needs = requiredBy.get(key) ?? new Set();
    const found = groups.findIndex((group) => agree([...group, ...needs], standIns));
    const index = found >= 0 ? found : groups.push(new Set()) - 1;
    for (const need of needs) groups[index]?.add(need);
    groupOf.set(key, index);
  }
  const all = new Set(groups.flatMap((group) => [...group]));
  return groups.map((group, index) => ({
    ...keepFields(document, (key) => (groupOf.get(key) ?? 0) === index),
    without: new Set([...all].filter((name) => !group.has(name))),
  }));
}

/** Whether no two of them stand for the same field. */
function agree(names: readonly string[], standIns: ReadonlyMap<string, StandIn>): boolean {
  const byField = new Map<string, string>();
  return names.every((name) => {
    const field = standIns.get(name)?.field ?? name;
    const other = byField.get(field) ?? name;
    byField.set(field, name);
    return other === name;
  });
}

/** `Type.field` of what is asked of the entities themselves. */
function entityFields(document: DocumentNode): ReadonlySet<string> {
  const keys = new Set<string>();
  mapEntityFields(document, (field, key) => {
    keys.add(key);
    return field;
  });
  return keys;
}

function keepFields(document: DocumentNode, keep: (key: string) => boolean) {
  const kept = mapEntityFields(document, (field, key) => (keep(key) ? field : undefined));
  const variableUsages = new Set<string>();
  visit(kept, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void variableUsages.add(name.value),
  });
  const declared = visit(kept, {
    VariableDefinition: ({ variable }) => (variableUsages.has(variable.name.value) ? undefined : null),
  });
  return { operation: print(declared), variableUsages };
}

type FieldMapper = (field: FieldNode, key: string) => FieldNode | undefined;

/** Maps the fields of the entities of a planned operation: `query(…) { _entities(…) { ... on Type { field } } }`. */
function mapEntityFields(document: DocumentNode, map: FieldMapper): DocumentNode {
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? mapOperation(definition, map) : definition,
  );
  return { ...document, definitions };
}

function mapOperation(operation: OperationDefinitionNode, map: FieldMapper): OperationDefinitionNode {
  const selections = operation.selectionSet.selections.map((entities) =>
    entities.kind === Kind.FIELD && entities.selectionSet
      ? { ...entities, selectionSet: mapSelections(entities.selectionSet, "", map) }
      : entities,
  );
  return { ...operation, selectionSet: { ...operation.selectionSet, selections } };
}

function mapSelections(selectionSet: SelectionSetNode, type: string, map: FieldMapper): SelectionSetNode {
  const selections = selectionSet.selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD) {
      const mapped = map(selection, `${type}.${selection.name.value}`);
      return mapped ? [mapped] : [];
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    const inner = mapSelections(selection.selectionSet, selection.typeCondition?.name.value ?? type, map);
    return inner.selections.length > 0 ? [{ ...selection, selectionSet: inner }] : [];
  });
  return { ...selectionSet, selections };
}
