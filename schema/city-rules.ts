/** What a supergraph must be like to be the city's. */
import {
  buildASTSchema,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type TypeNode as TypeReference,
} from "graphql";
import { governmentSector } from "../trust/pseudonym.ts";
import { type Recipients, readRecipients } from "../trust/recipients.ts";
import { type Sectors, strayIds, strayKeys } from "./across-sectors.ts";
import { category } from "./category.ts";
import { requireNone } from "./directives.ts";
import { handoversIn, joinsOn } from "./handovers.ts";
import { type Annotated, fieldsOf, isType, type TypeNode, valuesOf } from "./linked-directive.ts";

/** The entity that everything personal hangs on, and its key. */
const citizen = { type: "Citizen", key: "id" } as const;

/**
 * Requires that every field of the citizen but her ID says by itself, or by its type, what kind of personal data it is.
 *
 * @throws Error that lists the others, each with the subgraphs that give it
 */
export function requireCategories(supergraph: DocumentNode): void {
  const types = new Map(supergraph.definitions.filter(isType).map((node) => [node.name.value, node]));
  const type = types.get(citizen.type);
  const fields = type ? fieldsOf(type).filter(({ name }) => name.value !== citizen.key) : [];
  const promised = (name: string) =>
    [...types.values()].flatMap((each) => (isAs(each, type) ? fieldNamed(each, name) : []));
  const bare = fields.filter(
    (field) => ![field, types.get(nameOf(field.type)), ...promised(field.name.value)].some(hasCategory),
  );
  requireNone(
    bare.map(
      (field) =>
        `[${subgraphsOf(field, type)}] ${citizen.type}.${field.name.value} says by no @${category.name}, of its own or of ` +
        "its type, what kind of personal data it is",
    ),
  );
}

/**
 * Requires that no subgraph is handed what its organisation may not receive, that things are known across sectors by no
 * other keys than the citizen's ID and those that the gateway maps, and that no organisation takes over another's fields.
 *
 * @param supergraph with its organisations (`putOrganisations`)
 * @throws Error that lists every other handover, with the subgraph, its reason, the path and the kinds of data
 */
export function requireRecipients(supergraph: DocumentNode): void {
  const recipients = readRecipients(buildASTSchema(supergraph, { assumeValidSDL: true }));
  if (!recipients) return;
  const types = supergraph.definitions.filter(isType);
  const nameOf = namesOfGraphs(types);
  const objections = handoversIn(types, nameOf).flatMap((handover) => {
    const objection = recipients.objectionTo(handover);
    return objection === undefined ? [] : [`[${handover.subgraph}] ${handover.reason}: ${objection}`];
  });
  const sectors: Sectors = { types, nameOf, sectorOf: (subgraph) => recipients.organisationOf(subgraph)?.sector };
  const person = types.find(({ name }) => name.value === citizen.type);
  const strays = types.flatMap((type) => [
    ...(type === person || isAs(type, person) ? keysOfPerson(type, sectors) : strayKeys(type, sectors)),
    ...takenOver(type, recipients, nameOf),
  ]);
  requireNone([...new Set([...objections, ...strays, ...strayIds(sectors)])]);
}

/** What is wrong with the keys by which other sectors know the citizen, herself or as an interface of hers. */
function keysOfPerson(node: TypeNode, { nameOf, sectorOf }: Sectors): string[] {
  return joinsOn(node, "join__type").flatMap(({ graph, key }) => {
    const subgraph = nameOf(String(graph));
    if (key === undefined || sectorOf(subgraph) === governmentSector || String(key).trim() === citizen.key) return [];
    return [`[${subgraph}] knows a ${node.name.value} by "${key}": across sectors she has one key, "${citizen.key}"`];
  });
}

/** Fields that a subgraph takes over (`@override`) from another organisation, which would not know. */
function takenOver(node: TypeNode, recipients: Recipients, nameOf: Sectors["nameOf"]): string[] {
  return fieldsOf(node).flatMap((field) =>
    joinsOn(field, "join__field").flatMap(({ graph, override }) => {
      if (override === undefined) return [];
      const [subgraph, from] = [nameOf(String(graph)), String(override)];
      const [taker, owner] = [subgraph, from].map((each) => recipients.organisationOf(each)?.name);
      const what = `${node.name.value}.${field.name.value}`;
      return owner === undefined || taker === owner
        ? []
        : [`[${subgraph}] takes ${what} over from ${from}, which is another organisation's (${owner})`];
    }),
  );
}

/** Whether a type is an interface as which another one may come. */
function isAs({ name }: TypeNode, type: TypeNode | undefined): boolean {
  const interfaces = type && "interfaces" in type ? (type.interfaces ?? []) : [];
  return interfaces.some((each) => each.name.value === name.value);
}

function fieldNamed(type: TypeNode, name: string): FieldDefinitionNode[] {
  return fieldsOf(type).filter((field) => field.name.value === name);
}

function namesOfGraphs(types: readonly TypeNode[]): (graph: string) => string {
  const graphs = types.find(({ name }) => name.value === "join__Graph");
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : [];
  const names = new Map(values.map((value) => [value.name.value, String(joinsOn(value, "join__graph")[0]?.name)]));
  return (graph) => names.get(graph) ?? graph;
}

function hasCategory(node: Annotated | undefined): boolean {
  return node?.directives?.some(({ name }) => name.value === category.name) ?? false;
}

function nameOf(type: TypeReference): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

/** The subgraphs that give a field; those of its type when composition names none. */
function subgraphsOf(field: FieldDefinitionNode, type: Annotated | undefined): string {
  const joins = [field, type].map((node) =>
    (node?.directives ?? [])
      .filter(({ name }) => name.value.startsWith("join__"))
      .map(({ arguments: given }) => valuesOf(given))
      .filter(({ graph, external }) => graph !== undefined && external !== true)
      .map(({ graph }) => String(graph).toLowerCase()),
  );
  return [...new Set(joins.find((names) => names.length > 0))].join(", ");
}
