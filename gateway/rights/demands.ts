/** What the fields of a supergraph demand. */
import {
  type ConstDirectiveNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from "graphql";
import { argumentOf, type Described, directivesOn } from "../cache/join-directives.ts";
import { selectionSetOf } from "../planning/join-fields.ts";
import { type Demand, joinDemands, readDemand } from "./demand.ts";

/** Of equal demands always the same object. */
export interface Demands {
  /** Whether nothing demands anything. */
  readonly none: boolean;
  /**
   * What a field of an object or interface type demands, with all that it stands for: its type, the types and
   * interfaces that it belongs to, and what its subgraph is sent to resolve it (`@requires`).
   */
  ofField(type: string, field: string): Demand | undefined;
  /** What objects of a type demand wherever they stand. */
  ofType(type: string): Demand | undefined;
}

const directive = "assurance";

/** Reads the demands of a supergraph that graphql-js built from its SDL. */
export function readDemands(supergraph: GraphQLSchema): Demands {
  if (!supergraph.getDirective(directive)) return noDemands;
  const interned = new Map<string, Demand>();
  const intern = (demand: Demand | undefined) => {
    if (!demand) return undefined;
    const key = JSON.stringify(demand);
    const known = interned.get(key) ?? demand;
    interned.set(key, known);
    return known;
  };
  const fields = remembered((key: string) => {
    const [type = "", field = ""] = key.split(".");
    return intern(joinDemands(fieldDemands(supergraph, type, field, new Set())));
  });
  const types = remembered((type: string) => intern(joinDemands(typeDemands(supergraph.getType(type)))));
  return { none: false, ofField: (type, field) => fields(`${type}.${field}`), ofType: types };
}

const noDemands: Demands = { none: true, ofField: () => undefined, ofType: () => undefined };

function remembered<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    if (!known.has(key)) known.set(key, make(key));
    return known.get(key) as Value;
  };
}

function demandsOn(element: Described): Demand[] {
  return directivesOn(element, directive).map((applied) =>
    readDemand({ level: argumentOf(applied, "level"), maxAge: argumentOf(applied, "maxAge") }),
  );
}

/** Of a type and of the interfaces that it implements. */
function typeDemands(type: GraphQLNamedType | undefined): Demand[] {
  if (!type) return [];
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  return [type, ...interfaces].flatMap(demandsOn);
}

/** @param seen fields that are being read already: requirements may lead in a circle */
function fieldDemands(supergraph: GraphQLSchema, typeName: string, name: string, seen: Set<string>): Demand[] {
  const type = supergraph.getType(typeName);
  const key = `${typeName}.${name}`;
  if (!(isObjectType(type) || isInterfaceType(type)) || seen.has(key)) return [];
  seen.add(key);
  const field = type.getFields()[name];
  if (!field) return [];
  const promised = type.getInterfaces().flatMap((each) => each.getFields()[name] ?? []);
  const required = requirementsOf(field).flatMap((selection) => selectedDemands(supergraph, type, selection, seen));
  return [
    ...typeDemands(type),
    ...[field, ...promised].flatMap((each) => [...demandsOn(each), ...typeDemands(getNamedType(each.type))]),
    ...required,
  ];
}

function requirementsOf(field: Described): SelectionSetNode[] {
  return directivesOn(field, "join__field").flatMap((join: ConstDirectiveNode) => {
    const requires = argumentOf(join, "requires");
    return typeof requires === "string" ? [selectionSetOf(requires)] : [];
  });
}

function selectedDemands(
  supergraph: GraphQLSchema,
  type: GraphQLNamedType,
  { selections }: SelectionSetNode,
  seen: Set<string>,
): Demand[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
      const below = field && selection.selectionSet;
      // Whatever an interface turns out to be.
      const types = isInterfaceType(type) ? [type, ...supergraph.getPossibleTypes(type)] : [type];
      return [
        ...types.flatMap((each) => fieldDemands(supergraph, each.name, selection.name.value, seen)),
        ...(below ? selectedDemands(supergraph, getNamedType(field.type), below, seen) : []),
      ];
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    const narrowed = selection.typeCondition ? supergraph.getType(selection.typeCondition.name.value) : type;
    return narrowed ? selectedDemands(supergraph, narrowed, selection.selectionSet, seen) : [];
  });
}
