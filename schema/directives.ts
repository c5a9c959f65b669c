/**
 * The directives with which a subgraph says, for the whole supergraph, what its fields are and what they demand of
 * whoever reads them. Composition would lose them without a word, or keep those of the first subgraph alone. So they are
 * taken out of the subgraphs before it, merged here, and put into the supergraph after it: what one subgraph demands
 * none can loosen.
 */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  Kind,
  parse,
  print,
  visit,
} from "graphql";
import { assurance } from "./assurance.ts";
import { cacheControl } from "./cache-control.ts";
import { category } from "./category.ts";
import type { Service } from "./events.ts";
import {
  type Annotated,
  applicationOf,
  type DirectiveArguments,
  fieldsOf,
  isLinkToSpecification,
  isSchema,
  isType,
  type LinkedDirective,
  linksOf,
  linkTo,
  rightsSpecification,
  valuesOf,
} from "./linked-directive.ts";
import { mergedByNobody } from "./merged-by-nobody.ts";
import { sharedKey } from "./shared-key.ts";

const directives: ReadonlyMap<string, LinkedDirective> = new Map(
  [assurance, cacheControl, category, sharedKey].map((each) => [each.name, each]),
);

/** Something that several subgraphs may give. */
interface Element {
  /** The subgraphs that give it. */
  readonly givers: Set<string>;
  /** What they said of it, by directive. */
  readonly said: Map<string, { readonly subgraph: string; readonly given: DirectiveArguments }[]>;
}

/** By schema coordinate (`Type` or `Type.field`). */
type Elements = Map<string, Element>;

/** Subgraphs that are ready for composition, and what is to be put into what they compose to. */
export interface Divided {
  readonly services: readonly Service[];
  readonly elements: Elements;
}

/**
 * Takes the directives out of subgraphs.
 *
 * @throws Error that lists every use without the link, every use that makes no sense, and every use of a directive that
 *   would vanish
 */
export function takeDirectives(services: readonly Service[]): Divided {
  const elements: Elements = new Map();
  const faults = services.flatMap((service) => readSubgraph(service, elements));
  requireNone(faults);
  return {
    services: services.map((service) => ({ ...service, typeDefs: withoutDirectives(service.typeDefs) })),
    elements,
  };
}

/**
 * Refuses to compose when there are faults.
 *
 * @throws Error that lists them
 */
export function requireNone(faults: readonly string[]): void {
  if (faults.length > 0)
    throw new Error(`The subgraphs do not compose:\n${faults.map((each) => `- ${each}`).join("\n")}`);
}

/** Adds what a subgraph says to the elements, and returns what is wrong with it. */
function readSubgraph({ name: subgraph, typeDefs }: Service, elements: Elements): readonly string[] {
  const isLinked = linksOf(typeDefs).some(({ url }) => url === rightsSpecification);
  const found = new Set<DirectiveNode>();
  const faults = partsOf(typeDefs).flatMap(({ coordinate, node, isExternal }) => {
    const element = elements.get(coordinate) ?? { givers: new Set(), said: new Map() };
    elements.set(coordinate, element);
    if (!isExternal) element.givers.add(subgraph);
    return (node.directives ?? []).flatMap((applied) => {
      const directive = directives.get(applied.name.value);
      if (!directive) return [];
      found.add(applied);
      const given = valuesOf(applied.arguments);
      const fault = isLinked ? directive.faultOf(given) : `needs ${print(linkTo([directive.name]))} on the schema`;
      const said = element.said.get(directive.name) ?? [];
      element.said.set(directive.name, [...said, { subgraph, given }]);
      return fault === undefined ? [] : [`[${subgraph}] @${directive.name} on ${coordinate}: ${fault}`];
    });
  });
  const vanishing = mergedByNobody(typeDefs, (name) => directives.has(name)).map(
    (name) => `[${subgraph}] @${name}: nobody merges it, so what it says would vanish`,
  );
  return [
    ...faults,
    ...misplaced(typeDefs, found).map((name) => `[${subgraph}] @${name} stands where it says nothing`),
    ...vanishing,
  ];
}

interface Part {
  readonly coordinate: string;
  readonly node: Annotated;
  /** Whether it is another subgraph that gives it. */
  readonly isExternal: boolean;
}

/** The types of a subgraph and their fields, its root types by the names that they have in the supergraph. */
function partsOf({ definitions }: DocumentNode): readonly Part[] {
  const roots = rootTypes(definitions);
  return definitions.filter(isType).flatMap((node) => {
    const type = roots.get(node.name.value) ?? node.name.value;
    const fields = fieldsOf(node).map((field) => ({
      coordinate: `${type}.${field.name.value}`,
      node: field,
      isExternal: [node, field].some(({ directives: on = [] }) => on.some(({ name }) => name.value === "external")),
    }));
    return [{ coordinate: type, node, isExternal: false }, ...fields];
  });
}

/** What composition calls the root types, by what the subgraph calls them. */
function rootTypes(definitions: readonly DefinitionNode[]): ReadonlyMap<string, string> {
  const names = { query: "Query", mutation: "Mutation", subscription: "Subscription" } as const;
  const given = definitions.filter(isSchema).flatMap(({ operationTypes = [] }) => operationTypes);
  return new Map(given.map(({ operation, type }) => [type.name.value, names[operation]]));
}

function misplaced(document: DocumentNode, found: ReadonlySet<DirectiveNode>): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: (node) => void (directives.has(node.name.value) && !found.has(node) && names.add(node.name.value)),
  });
  return [...names];
}

/** The subgraph as composition knows it: neither the link, nor the definitions, nor the uses. */
function withoutDirectives(document: DocumentNode): DocumentNode {
  return visit(document, {
    Directive: (node) => (directives.has(node.name.value) || isLinkToSpecification(node) ? null : undefined),
    DirectiveDefinition: ({ name }) => (directives.has(name.value) ? null : undefined),
  });
}

/**
 * The supergraph with the merged directives in it. A gateway that does not know them refuses to load it.
 *
 * @throws Error when the supergraph lacks something that a subgraph put a directive on
 */
export function putDirectives(supergraphSdl: string, { elements }: Pick<Divided, "elements">): string {
  const annotated = new Map([...elements].filter(([, { said }]) => said.size > 0));
  if (annotated.size === 0) return supergraphSdl;
  const used = [...directives.values()].filter(({ name }) =>
    [...annotated.values()].some(({ said }) => said.has(name)),
  );
  const missing = new Set(annotated.keys());
  const put = <Node extends Annotated>(node: Node, coordinate: string): Node => {
    missing.delete(coordinate);
    return { ...node, directives: [...(node.directives ?? []), ...merged(annotated.get(coordinate))] };
  };
  const marked = parse(supergraphSdl, { noLocation: true }).definitions.map((node): DefinitionNode => {
    if (node.kind === Kind.SCHEMA_DEFINITION) {
      const link = linkTo(
        used.map(({ name }) => name),
        "SECURITY",
      );
      return { ...node, directives: [...(node.directives ?? []), link] };
    }
    if (!isType(node)) return node;
    const type = node.name.value;
    const fields = fieldsOf(node).map((field) => put(field, `${type}.${field.name.value}`));
    return put(fields.length > 0 ? ({ ...node, fields } as typeof node) : node, type);
  });
  if (missing.size > 0) throw new Error(`The supergraph has no ${[...missing].join(", ")}.`);
  const defined = used.flatMap(({ definition }) => parse(definition, { noLocation: true }).definitions);
  return print({ kind: Kind.DOCUMENT, definitions: [...marked, ...defined] });
}

function merged({ givers, said }: Element = { givers: new Set(), said: new Map() }): ConstDirectiveNode[] {
  return [...said].flatMap(([name, all]) => {
    const directive = directives.get(name);
    const unanimous = [...givers].every((giver) => all.some(({ subgraph }) => subgraph === giver));
    const given = all.map((each) => each.given);
    return directive ? [applicationOf(name, directive.merge(given, unanimous))] : [];
  });
}
