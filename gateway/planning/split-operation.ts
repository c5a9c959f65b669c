/**
 * Takes an operation for entities apart where one representation does not do for all its fields: where two
 * require different arguments of one field, and where one is conditional, for what it requires is then not
 * always there.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from "graphql";
import type { StandIn } from "./required-arguments.ts";
import type { Requirements } from "./requirements.ts";

/** A part of an operation whose fields can share representations. */
export interface OperationGroup {
  readonly operation: string;
  /** Names of the variables that it uses. */
  readonly variableUsages: ReadonlySet<string>;
  /** The types of the entities, as the operation names them. */
  readonly types: readonly string[];
  /** What its fields require. */
  readonly requires: readonly SelectionSetNode[];
}

interface EntityField {
  readonly type: string;
  readonly node: FieldNode;
  /** Directives under which it is asked for. */
  readonly conditions: readonly DirectiveNode[];
}

interface Group {
  readonly condition: string;
  readonly fields: Set<FieldNode>;
  readonly types: Set<string>;
  readonly requires: SelectionSetNode[];
}

/** The fewest parts; mostly one. */
export function splitEntityOperation(
  operation: string,
  standIns: ReadonlyMap<string, StandIn>,
  requirements: Requirements,
): readonly OperationGroup[] {
  const document = parse(operation, { noLocation: true });
  const groups: Group[] = [];
  for (const { type, node, conditions } of entityFields(document)) {
    const requires = requirements.of(type, node.name.value);
    const condition = requires.length > 0 ? conditions.map(print).join(" ") : "";
    const group =
      groups.find((other) => other.condition === condition && agree([...other.requires, ...requires], standIns)) ??
      newGroup(groups, condition);
    group.fields.add(node);
    group.types.add(type);
    group.requires.push(...requires);
  }
  return groups.map(({ fields, types, requires }) => ({
    ...keepFields(document, fields),
    types: [...types],
    requires,
  }));
}

function newGroup(groups: Group[], condition: string): Group {
  const group = { condition, fields: new Set<FieldNode>(), types: new Set<string>(), requires: [] };
  groups.push(group);
  return group;
}

/** Whether no two stand-ins among the names in the selections stand for the same field. */
function agree(selections: readonly SelectionSetNode[], standIns: ReadonlyMap<string, StandIn>): boolean {
  const byField = new Map<string, string>();
  let agreed = true;
  for (const selectionSet of standIns.size > 0 ? selections : []) {
    visit(selectionSet, {
      Field({ name: { value: name } }) {
        const field = standIns.get(name)?.field ?? name;
        agreed &&= (byField.get(field) ?? name) === name;
        byField.set(field, name);
      },
    });
  }
  return agreed;
}

function entityFields(document: DocumentNode): readonly EntityField[] {
  const fields: EntityField[] = [];
  mapEntityFields(document, (field) => {
    fields.push(field);
    return true;
  });
  return fields;
}

function keepFields(document: DocumentNode, fields: ReadonlySet<FieldNode>) {
  const kept = mapEntityFields(document, ({ node }) => fields.has(node));
  const variableUsages = new Set<string>();
  visit(kept, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void variableUsages.add(name.value),
  });
  const declared = visit(kept, {
    VariableDefinition: ({ variable }) => (variableUsages.has(variable.name.value) ? undefined : null),
  });
  return { operation: stripIgnoredCharacters(print(declared)), variableUsages };
}

type Filter = (field: EntityField) => boolean;

/** Filters the fields of the entities of a planned operation: `query(…) { _entities(…) { ... on Type { field } } }`. */
function mapEntityFields(document: DocumentNode, filter: Filter): DocumentNode {
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? mapOperation(definition, filter) : definition,
  );
  return { ...document, definitions };
}

function mapOperation(operation: OperationDefinitionNode, filter: Filter): OperationDefinitionNode {
  const selections = operation.selectionSet.selections.map((entities) =>
    entities.kind === Kind.FIELD && entities.selectionSet
      ? { ...entities, selectionSet: mapSelections(entities.selectionSet, "", [], filter) }
      : entities,
  );
  return { ...operation, selectionSet: { ...operation.selectionSet, selections } };
}

function mapSelections(
  selectionSet: SelectionSetNode,
  type: string,
  outer: readonly DirectiveNode[],
  filter: Filter,
): SelectionSetNode {
  const selections = selectionSet.selections.flatMap((node): readonly SelectionNode[] => {
    const conditions = [...outer, ...(node.directives ?? [])];
    if (node.kind === Kind.FIELD) return filter({ type, node, conditions }) ? [node] : [];
    if (node.kind === Kind.FRAGMENT_SPREAD) return [node];
    const inner = mapSelections(node.selectionSet, node.typeCondition?.name.value ?? type, conditions, filter);
    return inner.selections.length > 0 ? [{ ...node, selectionSet: inner }] : [];
  });
  return { ...selectionSet, selections };
}
