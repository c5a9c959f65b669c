/**
 * The directives with which a subgraph says, for the whole supergraph, what its fields demand of whoever reads them.
 * Composition would lose them without a word, or keep those of the first subgraph alone. So they are taken out of the
 * subgraphs before it, merged here, and put into the supergraph after it: what one subgraph demands none can loosen.
 */
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  parseConstValue,
  print,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  valueFromASTUntyped,
  visit,
} from "graphql";
import { assurance } from "./assurance.ts";
import type { Service } from "./events.ts";

/** What subgraphs link to use the directives. */
export const rightsSpecification = "https://huimin.invalid/rights/v1.0";

/** One directive of the specification. */
export interface LinkedDirective {
  readonly name: string;
  /** SDL, as subgraphs and the supergraph both hold it. */
  readonly definition: string;
  /** What is wrong with an application of it; undefined for nothing. */
  faultOf(given: DirectiveArguments): string | undefined;
  /** The one that demands what all of these demand. */
  merge(given: readonly DirectiveArguments[]): DirectiveArguments;
}

/** Values of a directive's arguments, by name. */
export type DirectiveArguments = Readonly<Record<string, unknown>>;

const directives: ReadonlyMap<string, LinkedDirective> = new Map([assurance].map((each) => [each.name, each]));

/** Schema coordinate (`Type` or `Type.field`), then directive, to what subgraphs said there. */
type Applications = Map<string, Map<string, DirectiveArguments[]>>;

/** Subgraphs that are ready for composition, and what is to be put into what they compose to. */
export interface Divided {
  readonly services: readonly Service[];
  readonly applications: Applications;
}

/**
 * Takes the directives out of subgraphs.
 *
 * @throws Error that lists every use without the link, and every use that makes no sense
 */
export function takeDirectives(services: readonly Service[]): Divided {
  const applications: Applications = new Map();
  const faults: string[] = [];
  for (const { name: subgraph, typeDefs } of services) {
    const isLinked = linksSpecification(typeDefs);
    for (const { coordinate, directive, given } of findApplications(typeDefs)) {
      const fault = isLinked ? directive.faultOf(given) : `needs ${print(linkTo([directive.name]))} on the schema`;
      if (fault === undefined) add(applications, coordinate, directive.name, given);
      else faults.push(`[${subgraph}] @${directive.name} on ${coordinate}: ${fault}`);
    }
  }
  if (faults.length > 0)
    throw new Error(`The subgraphs do not compose:\n${faults.map((each) => `- ${each}`).join("\n")}`);
  return {
    services: services.map((service) => ({ ...service, typeDefs: withoutDirectives(service.typeDefs) })),
    applications,
  };
}

/**
 * The supergraph with the merged directives in it. A gateway that does not know them refuses to load it.
 *
 * @throws Error when the supergraph lacks something that a subgraph put a directive on
 */
export function putDirectives(supergraphSdl: string, { applications }: Pick<Divided, "applications">): string {
  if (applications.size === 0) return supergraphSdl;
  const used = [...directives.values()].filter(({ name }) => [...applications.values()].some((at) => at.has(name)));
  const missing = new Set(applications.keys());
  const put = <Node extends Annotated>(node: Node, coordinate: string): Node => {
    missing.delete(coordinate);
    return { ...node, directives: [...(node.directives ?? []), ...merged(applications.get(coordinate))] };
  };
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  const marked = definitions.map((node): DefinitionNode => {
    if (node.kind === Kind.SCHEMA_DEFINITION) {
      return {
        ...node,
        directives: [
          ...(node.directives ?? []),
          linkTo(
            used.map(({ name }) => name),
            "SECURITY",
          ),
        ],
      };
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

type Annotated = { readonly directives?: readonly ConstDirectiveNode[] | undefined };
type TypeNode = TypeDefinitionNode | TypeExtensionNode;

interface Application {
  readonly coordinate: string;
  readonly directive: LinkedDirective;
  readonly given: DirectiveArguments;
}

function findApplications({ definitions }: DocumentNode): Application[] {
  const on = ({ directives: applied = [] }: Annotated, coordinate: string): Application[] =>
    applied.flatMap(({ name, arguments: given = [] }) => {
      const directive = directives.get(name.value);
      return directive ? [{ coordinate, directive, given: valuesOf(given) }] : [];
    });
  return definitions.filter(isType).flatMap((node) => {
    const type = node.name.value;
    return [on(node, type), ...fieldsOf(node).map((field) => on(field, `${type}.${field.name.value}`))].flat();
  });
}

function valuesOf(given: readonly ArgumentNode[]): DirectiveArguments {
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

function add(applications: Applications, coordinate: string, name: string, given: DirectiveArguments): void {
  const at = applications.get(coordinate) ?? new Map<string, DirectiveArguments[]>();
  at.set(name, [...(at.get(name) ?? []), given]);
  applications.set(coordinate, at);
}

function merged(at: ReadonlyMap<string, readonly DirectiveArguments[]> = new Map()): ConstDirectiveNode[] {
  return [...at].flatMap(([name, given]) => {
    const directive = directives.get(name);
    return directive ? [applicationOf(name, directive.merge(given))] : [];
  });
}

function applicationOf(name: string, given: DirectiveArguments): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(given).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      value: parseConstValue(JSON.stringify(value)),
    })),
  };
}

function linkTo(names: readonly string[], purpose?: "SECURITY"): ConstDirectiveNode {
  const link = applicationOf("link", { url: rightsSpecification, import: names.map((name) => `@${name}`) });
  const forPurpose = { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: "for" } } as const;
  const value = { kind: Kind.ENUM, value: purpose ?? "" } as const;
  return purpose ? { ...link, arguments: [...(link.arguments ?? []), { ...forPurpose, value }] } : link;
}

function linksSpecification({ definitions }: DocumentNode): boolean {
  return definitions.filter(isSchema).some(({ directives: applied = [] }) => applied.some(isLinkToSpecification));
}

function isLinkToSpecification({ name, arguments: given = [] }: DirectiveNode): boolean {
  return name.value === "link" && valuesOf(given).url === rightsSpecification;
}

/** The subgraph as composition knows it: neither the link, nor the definitions, nor the uses. */
function withoutDirectives(document: DocumentNode): DocumentNode {
  return visit(document, {
    Directive: (node) => (directives.has(node.name.value) || isLinkToSpecification(node) ? null : undefined),
    DirectiveDefinition: ({ name }) => (directives.has(name.value) ? null : undefined),
  });
}

function isSchema(node: DefinitionNode): node is SchemaDefinitionNode | SchemaExtensionNode {
  return node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION;
}

function isType(node: DefinitionNode): node is TypeNode {
  return /Type(Definition|Extension)$/.test(node.kind);
}

/** The fields of an object or interface; input fields demand nothing. */
function fieldsOf(node: TypeNode): readonly FieldDefinitionNode[] {
  const hasFields = /^(Object|Interface)Type/.test(node.kind);
  return hasFields && "fields" in node ? ((node.fields ?? []) as readonly FieldDefinitionNode[]) : [];
}
