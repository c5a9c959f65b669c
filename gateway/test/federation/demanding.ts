/** Where the subgraphs of a fixture may demand something, and the supergraph in which they do. */
import { type DefinitionNode, type FieldDefinitionNode, Kind, type NamedTypeNode, parse, type TypeNode } from "graphql";
import { compose } from "../../../schema/compose.ts";
import { fieldsOf, isType, type TypeNode as TypePart } from "../../../schema/linked-directive.ts";
import { applied, type Demanded } from "./demanded.ts";
import { type Fixture, federationLink } from "./fixture.ts";
import { fieldsThatLead } from "./references.ts";

/** A type of a subgraph, or a field of it. */
export interface Place {
  readonly subgraph: string;
  /** As the subgraph calls it, and as clients do: a root type is `Query` to them. */
  readonly type: string;
  readonly known: string;
  readonly field: string | null;
  /** Whether Apollo's own directives may stand there. */
  readonly isForApollo: boolean;
  /** Whether another field is resolved with it. */
  readonly isRequired: boolean;
}

export type Placed = Place & { readonly demanded: Demanded };

/**
 * Puts each demand at a place where it may stand; each directive once at any. Every third one is put on what other fields
 * are resolved with, if it may stand there.
 */
export function placed(drawn: readonly (readonly [number, Demanded])[], places: readonly Place[]): readonly Placed[] {
  const taken = new Map<string, Placed>();
  for (const [number, demanded] of drawn) {
    const isApollos = demanded.by !== "assurance" && demanded.by !== "category";
    const possible = isApollos ? places.filter(({ isForApollo }) => isForApollo) : places;
    const led = possible.filter(({ isRequired }) => isRequired);
    const chosen = number % 3 === 0 && led.length > 0 ? led : possible;
    const at = chosen[Math.floor(number / 3) % chosen.length];
    const key = `${at?.subgraph} ${at?.type}.${at?.field} ${demanded.by}`;
    if (at && !taken.has(key)) taken.set(key, { ...at, demanded });
  }
  return [...taken.values()];
}

/**
 * Every such place. Composition keeps Apollo's directives from interfaces, and from what another field is resolved with
 * unless that one bears them too.
 */
export function placesIn({ subgraphs }: Fixture): readonly Place[] {
  const sdls = Object.values(subgraphs).map(({ sdl }) => sdl);
  const required = requiredFields(sdls);
  const leading = new Set([...fieldsThatLead(sdls), ...required]);
  const leads = ({ name }: FieldDefinitionNode) => leading.has(name.value);
  const ledTo = new Set(
    sdls.flatMap((sdl) => typesIn(sdl).flatMap(fieldsOf).filter(leads)).map(({ type }) => named(type)),
  );
  return Object.entries(subgraphs).flatMap(([subgraph, { sdl }]) => {
    const root = /query: (\w+)/.exec(sdl)?.[1];
    return typesIn(sdl).flatMap((node): Place[] => {
      const type = node.name.value;
      const known = type === root ? "Query" : type;
      const isInterface = node.kind === Kind.INTERFACE_TYPE_DEFINITION;
      const fields = fieldsOf(node).filter((field) => !["external", "inaccessible"].some((name) => has(field, name)));
      const isLed = fields.some(leads) || (fields.length === 0 && ledTo.has(type));
      const isAbstract = isInterface || has(node, "interfaceObject") || node.kind === Kind.UNION_TYPE_DEFINITION;
      const at = { subgraph, type, known };
      return [
        ...(known === "Query" ? [] : [{ ...at, field: null, isForApollo: !isAbstract && !isLed, isRequired: false }]),
        ...fields.map((field) => ({
          ...at,
          field: field.name.value,
          isForApollo: !isInterface && !leads(field),
          isRequired: required.has(field.name.value),
        })),
      ];
    });
  });
}

/** The names of what fields are resolved with. */
function requiredFields(sdls: readonly string[]): ReadonlySet<string> {
  const pattern = /(?:@requires\(fields|@fromContext\(field): "(?:\$\w+)?(.*?)"/g;
  return new Set(
    sdls.flatMap((sdl) => [...sdl.matchAll(pattern)]).flatMap(([, fields = ""]) => fields.match(/\w+/g) ?? []),
  );
}

/** The supergraph of a fixture whose subgraphs demand this. */
export function composeDemanding({ subgraphs }: Fixture, demands: readonly Placed[]): string {
  const services = Object.entries(subgraphs).map(([name, { sdl }]) => {
    const here = demands.filter(({ subgraph }) => subgraph === name);
    const { definitions } = parse(`${links}\n${sdl}`);
    const typeDefs = { kind: Kind.DOCUMENT, definitions: definitions.map((node) => demanding(node, here)) } as const;
    return { name, url: `http://${name}.invalid/`, typeDefs };
  });
  return compose(services);
}

const links = `
  ${federationLink(["@authenticated", "@requiresScopes", "@policy"])}
    @link(url: "https://huimin.invalid/rights/v1.0", import: ["@assurance", "@category"])
  directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
  directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR`;

function demanding(node: DefinitionNode, demands: readonly Placed[]): DefinitionNode {
  if (!isType(node)) return node;
  const on = (name: string | null, { directives = [] }: Pick<TypePart, "directives">) => [
    ...directives,
    ...demands.flatMap(({ type, field, demanded }) =>
      type === node.name.value && field === name ? [applied(demanded)] : [],
    ),
  ];
  const whole = { ...node, directives: on(null, node) };
  const fields = fieldsOf(node).map((field) => ({ ...field, directives: on(field.name.value, field) }));
  return (fields.length > 0 ? { ...whole, fields } : whole) as DefinitionNode;
}

function typesIn(sdl: string): readonly TypePart[] {
  return parse(sdl)
    .definitions.filter(isType)
    .filter(({ kind }) => kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION);
}

function has({ directives = [] }: Pick<TypePart, "directives">, directive: string): boolean {
  return directives.some(({ name }) => name.value === directive);
}

function named(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? (type satisfies NamedTypeNode).name.value : named(type.type);
}
