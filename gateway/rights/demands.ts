/** What the fields of a supergraph demand. */
import {
  type ConstDirectiveNode,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from "graphql";
import { readAssurance } from "../../trust/assurance.ts";
import { argumentOf, type Described } from "../cache/join-directives.ts";
import { linkedName } from "../supergraph/linked-names.ts";
import { type AnyOfAll, type Demand, joinDemands, nothingDemanded } from "./demand.ts";
import { readHandedOver } from "./handed-over.ts";

/** Of equal demands always the same object. */
export interface Demands {
  /** Whether nothing demands anything. */
  readonly none: boolean;
  /**
   * What a field of an object or interface type demands, with all that it stands for: its type, the types and
   * interfaces that it belongs to, and what its subgraph is handed to resolve it (`@requires`, `@fromContext`).
   */
  ofField(type: string, field: string): Demand | undefined;
  /** What objects of a type demand wherever they stand. */
  ofType(type: string): Demand | undefined;
}

/** What each directive demands, by its name in the supergraph. */
type Readers = ReadonlyMap<string, (applied: ConstDirectiveNode) => Demand>;

/** Reads the demands of a supergraph that graphql-js built from its SDL. */
export function readDemands(supergraph: GraphQLSchema): Demands {
  const readers = readersFor(supergraph);
  if (readers.size === 0) return noDemands;
  const rules = { supergraph, readers, handedOver: readHandedOver(supergraph) };
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
    return intern(joinDemands(fieldDemands(rules, type, field, new Set())));
  });
  const types = remembered((type: string) => intern(joinDemands(typeDemands(rules, supergraph.getType(type)))));
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

/** The rules of the city that a supergraph names anywhere (`@policy`). */
export function policiesNamedIn(supergraph: GraphQLSchema): ReadonlySet<string> {
  const readers = readersFor(supergraph);
  const fieldsOf = (type: GraphQLNamedType) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  const demands = Object.values(supergraph.getTypeMap()).flatMap((type) =>
    [type, ...fieldsOf(type)].flatMap((each) => demandsOn({ readers }, each)),
  );
  return new Set(demands.flatMap(({ policies }) => policies.flat(2)));
}

interface Rules {
  readonly supergraph: GraphQLSchema;
  readonly readers: Readers;
  readonly handedOver: ReturnType<typeof readHandedOver>;
}

const specifications = {
  assurance: /^https:\/\/huimin\.invalid\/rights\/v1\.\d+$/,
  category: /^https:\/\/huimin\.invalid\/rights\/v1\.\d+$/,
  authenticated: /^https:\/\/specs\.apollo\.dev\/authenticated\/v0\.\d+$/,
  requiresScopes: /^https:\/\/specs\.apollo\.dev\/requiresScopes\/v0\.\d+$/,
  policy: /^https:\/\/specs\.apollo\.dev\/policy\/v0\.\d+$/,
} as const;

function readersFor(supergraph: GraphQLSchema): Readers {
  const readers = new Map<string | undefined, (applied: ConstDirectiveNode) => Demand>();
  const put = (
    specification: keyof typeof specifications,
    own: string,
    read: (applied: ConstDirectiveNode) => object,
  ) =>
    readers.set(linkedName(supergraph, specifications[specification], own, specification), (applied) => ({
      ...nothingDemanded,
      authenticated: true,
      ...read(applied),
    }));
  put("assurance", "rights", (applied) => ({
    assurance: readAssurance({ level: argumentOf(applied, "level"), maxAge: argumentOf(applied, "maxAge") }),
  }));
  // What kind of data it is demands nothing of a citizen.
  put("category", "rights", (applied) => ({
    authenticated: false,
    categories: categoriesIn(argumentOf(applied, "names")),
  }));
  put("authenticated", "authenticated", () => ({}));
  put("requiresScopes", "requiresScopes", (applied) => ({ scopes: [anyOfAll(argumentOf(applied, "scopes"))] }));
  put("policy", "policy", (applied) => ({ policies: [anyOfAll(argumentOf(applied, "policies"))] }));
  readers.delete(undefined);
  return readers as Readers;
}

/** A list of names; what is none is a category that no purpose covers. */
function categoriesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [""];
}

/** A list of lists of names; what is none can never be met. */
function anyOfAll(value: unknown): AnyOfAll {
  const lists = Array.isArray(value) ? value : [];
  return lists.flatMap((all) => (Array.isArray(all) ? [all.map(String)] : []));
}

function demandsOn({ readers }: Pick<Rules, "readers">, { astNode }: Described): Demand[] {
  return (astNode?.directives ?? []).flatMap((applied) => readers.get(applied.name.value)?.(applied) ?? []);
}

/** Of a type and of the interfaces that it implements. */
function typeDemands(rules: Rules, type: GraphQLNamedType | undefined): Demand[] {
  if (!type) return [];
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  return [type, ...interfaces].flatMap((each) =>
    isInterfaceType(each) ? promisedDemands(rules, each, (one) => one) : demandsOn(rules, each),
  );
}

/**
 * Of an interface or a field of it. What composition has gathered there from the types that implement it is left out:
 * they demand it themselves, and those beside them do not.
 */
function promisedDemands(
  rules: Rules,
  promise: GraphQLInterfaceType,
  part: (type: GraphQLInterfaceType | GraphQLObjectType) => Described | undefined,
): Demand[] {
  const on = (type: GraphQLInterfaceType | GraphQLObjectType) => demandsOn(rules, part(type) ?? {});
  const gathered = new Set(rules.supergraph.getPossibleTypes(promise).flatMap(on).flatMap(namesIn));
  return on(promise).filter(
    (demand) =>
      demand.assurance !== null || demand.categories.length > 0 || !namesIn(demand).every((name) => gathered.has(name)),
  );
}

/** What a demand of one of Apollo's directives speaks of. */
function namesIn({ authenticated, scopes, policies }: Demand): string[] {
  if (!authenticated) return [];
  const names = [...scopes.flat(2).map((name) => `scope ${name}`), ...policies.flat(2).map((name) => `policy ${name}`)];
  return names.length > 0 ? names : ["a sign-in"];
}

/** @param seen fields that are being read already: what is handed over may lead in a circle */
function fieldDemands(rules: Rules, typeName: string, name: string, seen: Set<string>): Demand[] {
  const type = rules.supergraph.getType(typeName);
  const key = `${typeName}.${name}`;
  if (!(isObjectType(type) || isInterfaceType(type)) || seen.has(key)) return [];
  seen.add(key);
  const field = type.getFields()[name];
  if (!field) return [];
  const interfaces = [...(isInterfaceType(type) ? [type] : []), ...type.getInterfaces()];
  const promised = interfaces.filter((each) => each.getFields()[name]);
  // An object has such fields of an interface that another subgraph knows as one (`@interfaceObject`), and says nothing.
  const declared = [field, ...promised.flatMap((each) => each.getFields()[name] ?? [])];
  const handed = declared
    .flatMap((each) => rules.handedOver(type, each))
    .flatMap((each) => selectedDemands(rules, each.type, each.selection, seen));
  return [
    ...typeDemands(rules, type),
    ...(isObjectType(type) ? demandsOn(rules, field) : []),
    ...promised.flatMap((each) => promisedDemands(rules, each, (one) => one.getFields()[name])),
    ...[type, ...promised].flatMap((each) => typeDemands(rules, getNamedType(each.getFields()[name]?.type))),
    ...handed,
  ];
}

function selectedDemands(
  rules: Rules,
  type: GraphQLNamedType,
  { selections }: SelectionSetNode,
  seen: Set<string>,
): Demand[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
      const below = field && selection.selectionSet;
      // Whatever an interface turns out to be.
      const types = isInterfaceType(type) ? [type, ...rules.supergraph.getPossibleTypes(type)] : [type];
      return [
        ...types.flatMap((each) => fieldDemands(rules, each.name, selection.name.value, seen)),
        ...(below ? selectedDemands(rules, getNamedType(field.type), below, seen) : []),
      ];
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    const narrowed = selection.typeCondition ? rules.supergraph.getType(selection.typeCondition.name.value) : type;
    return narrowed ? selectedDemands(rules, narrowed, selection.selectionSet, seen) : [];
  });
}
