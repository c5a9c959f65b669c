/** By what subgraphs of several sectors may know the same thing: by keys that the gateway maps for each of them. */
import { type FieldDefinitionNode, Kind, type TypeNode as TypeReference } from "graphql";
import { governmentSector } from "../trust/pseudonym.ts";
import type { Selected } from "../trust/recipients.ts";
import { handoversIn, joinsOn, selected } from "./handovers.ts";
import { fieldsOf, type TypeNode } from "./linked-directive.ts";
import { sharedKey } from "./shared-key.ts";

/** The types of a supergraph, and whose its subgraphs are. */
export interface Sectors {
  readonly types: readonly TypeNode[];
  /** The name of a subgraph by its value of `join__Graph`. */
  readonly nameOf: (graph: string) => string;
  /** Undefined for a subgraph of nobody's. */
  readonly sectorOf: (subgraph: string) => string | undefined;
}

/** What is wrong with the keys by which subgraphs of several sectors know a type, which is not the citizen. */
export function strayKeys(node: TypeNode, sectors: Sectors): string[] {
  const { nameOf, sectorOf } = sectors;
  const keys = joinsOn(node, "join__type").flatMap(({ graph, key }) =>
    key === undefined ? [] : [{ subgraph: nameOf(String(graph)), key: String(key) }],
  );
  if (new Set(keys.map(({ subgraph }) => sectorOf(subgraph))).size < 2) return [];
  const type = node.name.value;
  return keys
    .filter(({ subgraph }) => sectorOf(subgraph) !== governmentSector)
    .filter(({ key }) => !leavesOf(type, selected(key), sectors).every(({ field }) => isMapped(field, sectors)))
    .map(
      ({ subgraph, key }) =>
        `[${subgraph}] knows a ${type} by "${key}", and so does another sector: make that a scalar with ` +
        `@${sharedKey.name}, which is another in each sector, or know it by nothing that others have`,
    );
}

/** The IDs that fields of one sector's would take from another's: they are sealed between sectors, and found by nobody. */
export function strayIds(sectors: Sectors): string[] {
  const { types, nameOf, sectorOf } = sectors;
  const taken = handoversIn(types, nameOf).filter(({ reason }) => !reason.startsWith("@key "));
  return taken.flatMap(({ subgraph, type, selections, reason }) =>
    leavesOf(type, selections, sectors)
      .filter(({ field }) => namedType(field.type) === "ID")
      .filter(({ owner, field }) =>
        giversOf(owner, field).some((graph) => sectorOf(nameOf(graph)) !== sectorOf(subgraph)),
      )
      .map(
        ({ owner, field }) =>
          `[${subgraph}] ${reason}: ${owner.name.value}.${field.name.value} is another sector's ID; what both are to know ` +
          `is a scalar with @${sharedKey.name}`,
      ),
  );
}

interface Leaf {
  readonly owner: TypeNode;
  readonly field: FieldDefinitionNode;
}

/** The fields without members that are selected of a type. */
function leavesOf(type: string, selections: readonly Selected[], sectors: Sectors): Leaf[] {
  const owner = sectors.types.find(({ name }) => name.value === type);
  return selections.flatMap((selection) => {
    if (selection.kind === "InlineFragment") {
      return leavesOf(selection.typeCondition ?? type, selection.selections, sectors);
    }
    const field = owner && fieldsOf(owner).find(({ name }) => name.value === selection.name);
    if (!owner || !field) return [];
    return selection.selections ? leavesOf(namedType(field.type), selection.selections, sectors) : [{ owner, field }];
  });
}

/** Whether the gateway gives each sector another form of the field's values. */
function isMapped({ type }: FieldDefinitionNode, { types }: Sectors): boolean {
  const name = namedType(type);
  const directives = types.find((each) => each.name.value === name)?.directives ?? [];
  return name === "CitizenID" || directives.some((each) => each.name.value === sharedKey.name);
}

function giversOf(owner: TypeNode, field: FieldDefinitionNode): string[] {
  const given = joinsOn(field, "join__field").filter(({ graph, external }) => graph !== undefined && external !== true);
  return (given.length > 0 ? given : joinsOn(owner, "join__type")).map(({ graph }) => String(graph));
}

function namedType(type: TypeReference): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
