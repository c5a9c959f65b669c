/**
 * A subgraph is a reader too: what it is handed to find an entity or to resolve a field (`@key`, `@requires`,
 * `@fromContext`) reaches its organisation, whoever asks. The supergraph says of every subgraph whose it is
 * (`@organisation`) and what may reach it.
 */
import {
  type ConstDirectiveNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isObjectType,
  valueFromASTUntyped,
} from "graphql";
import { type FieldCategories, readFieldCategories } from "./field-categories.ts";

/** A selection, as query plans write it. */
export type Selected =
  | { readonly kind: "Field"; readonly name: string; readonly selections?: readonly Selected[] }
  | { readonly kind: "InlineFragment"; readonly typeCondition?: string; readonly selections: readonly Selected[] };

/** Values of an object of a type that a subgraph is handed. */
export interface Handover {
  readonly subgraph: string;
  readonly type: string;
  readonly selections: readonly Selected[];
}

/** Whose a subgraph is. */
export interface Organisation {
  readonly name: string;
  readonly sector: string;
  /** The kinds of personal data that it may be handed of what other organisations give. */
  readonly receives: ReadonlySet<string>;
}

/** Who may be handed what. */
export interface Recipients {
  /** Whose a subgraph is; undefined when the supergraph does not say, and then it may be handed nothing. */
  organisationOf(subgraph: string): Organisation | undefined;
  /** Whose the subgraphs are that give a field; undefined for one of which the supergraph does not say. */
  giversOf(type: string, field: string): readonly (Organisation | undefined)[];
  /** Why a subgraph may not be handed this; undefined when it may. */
  objectionTo(handover: Handover): string | undefined;
}

/** Reads them from a supergraph that graphql-js built from its SDL; undefined when it does not link our specification. */
export function readRecipients(supergraph: GraphQLSchema): Recipients | undefined {
  const categories = readFieldCategories(supergraph);
  if (!categories) return undefined;
  const graphs = readGraphs(supergraph);
  const organisations = new Map([...graphs.values()].map(({ name, organisation }) => [name, organisation]));
  const rules: Rules = { supergraph, categories, graphs };
  return {
    organisationOf: (subgraph) => organisations.get(subgraph),
    giversOf(type, field) {
      const holder = supergraph.getType(type);
      return holder ? giversOf(rules, holder, field).map((giver) => giver?.organisation) : [];
    },
    objectionTo({ subgraph, type, selections }) {
      const reader = { subgraph, organisation: organisations.get(subgraph) };
      const found = objection(rules, reader, { type, path: type, inherited: categories.ofType(type) }, selections);
      const whose = reader.organisation ? ` (${reader.organisation.name})` : ", which is no registered organisation's,";
      return found && `${subgraph}${whose} may not be handed ${found}`;
    },
  };
}

interface Graph {
  readonly name: string;
  readonly organisation: Organisation | undefined;
}

interface Rules {
  readonly supergraph: GraphQLSchema;
  readonly categories: FieldCategories;
  /** By its value of `join__Graph`. */
  readonly graphs: ReadonlyMap<string, Graph>;
}

interface Reader {
  readonly subgraph: string;
  readonly organisation: Organisation | undefined;
}

interface Place {
  readonly type: string;
  /** How one comes here. */
  readonly path: string;
  /** The kinds of what is around. */
  readonly inherited: ReadonlySet<string>;
}

function objection(rules: Rules, reader: Reader, at: Place, selections: readonly Selected[]): string | undefined {
  for (const selection of selections) {
    const found =
      selection.kind === "Field"
        ? objectionToField(rules, reader, at, selection)
        : objection(rules, reader, { ...at, type: selection.typeCondition ?? at.type }, selection.selections);
    if (found !== undefined) return found;
  }
  return undefined;
}

function objectionToField(
  rules: Rules,
  reader: Reader,
  { type, path, inherited }: Place,
  { name, selections }: Extract<Selected, { readonly kind: "Field" }>,
): string | undefined {
  if (name === "__typename") return undefined;
  const here = `${path}.${name}`;
  const holders = holdersOf(rules, type, name);
  if (holders.length === 0) return `${here}, which the supergraph does not have`;
  const categories = new Set([
    ...inherited,
    ...holders.flatMap((holder) => [...rules.categories.ofField(holder.name, name)]),
  ]);
  const refused = [...categories].filter((each) => !reader.organisation?.receives.has(each)).sort();
  const isOwn = holders.every((holder) => giversOf(rules, holder, name).every((giver) => isSame(reader, giver)));
  if (refused.length > 0 && !isOwn) return `${here} (${refused.join(", ")})`;
  const targets = new Set(holders.map((holder) => getNamedType(fieldsOf(holder)[name]?.type ?? holder).name));
  for (const target of selections ? targets : []) {
    const found = objection(rules, reader, { type: target, path: here, inherited: categories }, selections ?? []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The types that have the field, whatever an abstract type turns out to be. */
function holdersOf({ supergraph }: Rules, typeName: string, field: string): GraphQLNamedType[] {
  const type = supergraph.getType(typeName);
  if (!type) return [];
  const types = [type, ...(isAbstractType(type) ? supergraph.getPossibleTypes(type) : [])];
  return types.filter((each) => fieldsOf(each)[field] !== undefined);
}

function fieldsOf(type: GraphQLNamedType) {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
}

/** The subgraphs that give a field. */
function giversOf({ graphs }: Rules, type: GraphQLNamedType, field: string): readonly (Graph | undefined)[] {
  const joins = directivesOn(fieldsOf(type)[field], "join__field").filter(
    (join) => argument(join, "external") !== true,
  );
  const naming = joins.length > 0 ? joins : directivesOn(type, "join__type");
  return naming.map((join) => graphs.get(String(argument(join, "graph"))));
}

function isSame({ subgraph, organisation }: Reader, giver: Graph | undefined): boolean {
  return giver?.name === subgraph || (organisation !== undefined && giver?.organisation?.name === organisation.name);
}

function readGraphs(supergraph: GraphQLSchema): Rules["graphs"] {
  const graphs = supergraph.getType("join__Graph");
  const values = isEnumType(graphs) ? graphs.getValues() : [];
  return new Map(
    values.map((value): [string, Graph] => {
      const [graph] = directivesOn(value, "join__graph");
      const [owner] = directivesOn(value, "organisation");
      return [
        value.name,
        { name: String(graph && argument(graph, "name")), organisation: owner && organisationIn(owner) },
      ];
    }),
  );
}

function organisationIn(directive: ConstDirectiveNode): Organisation {
  const [name, sector] = ["name", "sector"].map((each) => String(argument(directive, each)));
  return {
    name: name ?? "",
    sector: sector ?? "",
    receives: new Set([argument(directive, "receives")].flat().map(String)),
  };
}

interface Described {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined;
}

function directivesOn(element: Described | undefined, name: string): ConstDirectiveNode[] {
  return (element?.astNode?.directives ?? []).filter((each) => each.name.value === name);
}

function argument({ arguments: given = [] }: ConstDirectiveNode, name: string): unknown {
  const found = given.find((each) => each.name.value === name);
  return found && valueFromASTUntyped(found.value);
}
