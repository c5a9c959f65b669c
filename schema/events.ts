/**
 * Subscriptions that live on announced events. A department declares them in its SDL with `@announced`; in
 * the supergraph they belong to a subgraph that exists on paper alone, beside the department's own, and gives
 * nothing but the key of an entity. So the planner leaves everything else to the subgraphs as always, and
 * the gateway puts an announced event in the place of that subgraph's answer.
 */
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type TypeNode,
  visit,
} from "graphql";

/** A subgraph as composition takes it. */
export interface Service {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

/** The directive that marks such a field of `Subscription`. */
const marker = "announced";

/**
 * Divides a subgraph into itself and, when it announces events, the one on paper: `utilities` and
 * `utilities-events` at `events:utilities`.
 *
 * @throws Error when a marked field does not return an entity whose first key has plain fields alone
 */
export function divideEvents(service: Service): readonly Service[] {
  const types = new Map(
    service.typeDefs.definitions.flatMap((node) => (hasName(node) ? [[node.name.value, node]] : [])),
  );
  const subscription = types.get("Subscription");
  const fields = isObjectType(subscription) ? (subscription.fields ?? []).filter(isAnnounced) : [];
  if (fields.length === 0) return [service];
  const typeDefs = parse(eventsSdl(fields, types));
  return [
    { ...service, typeDefs: withoutAnnounced(service.typeDefs) },
    { name: `${service.name}-events`, url: `events:${service.name}`, typeDefs },
  ];
}

type Named = Extract<DefinitionNode, { readonly name: object }>;
type Types = ReadonlyMap<string, Named>;

function hasName(node: DefinitionNode): node is Named {
  return node.kind.endsWith("TypeDefinition");
}

function isObjectType(node: Named | undefined): node is ObjectTypeDefinitionNode {
  return node?.kind === Kind.OBJECT_TYPE_DEFINITION;
}

function isAnnounced({ directives = [] }: FieldDefinitionNode): boolean {
  return directives.some(({ name }) => name.value === marker);
}

function withoutAnnounced(document: DocumentNode): DocumentNode {
  return visit(document, {
    DirectiveDefinition: ({ name }) => (name.value === marker ? null : undefined),
    ObjectTypeDefinition(node) {
      if (node.name.value !== "Subscription") return undefined;
      const fields = (node.fields ?? []).filter((field) => !isAnnounced(field));
      return fields.length > 0 ? { ...node, fields } : null;
    },
  });
}

function eventsSdl(fields: readonly FieldDefinitionNode[], types: Types): string {
  const unmarked = fields.map((field) => ({
    ...field,
    directives: field.directives?.filter(({ name }) => name.value !== marker) ?? [],
  }));
  const entities = [...new Set(fields.map(({ type }) => nameOf(type)))].map((name) => keyOf(name, types));
  const used = [...fields.flatMap((field) => field.arguments ?? []), ...entities.flatMap((entity) => entity.fields)];
  return [
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag"])',
    `type Subscription {\n${unmarked.map(print).join("\n")}\n}`,
    ...entities.map(
      ({ name, key, fields }) =>
        `type ${name} @key(fields: "${key}", resolvable: false) {\n${fields.map(print).join("\n")}\n}`,
    ),
    ...valueTypes(
      used.map(({ type }) => nameOf(type)),
      types,
    ).map(print),
  ].join("\n\n");
}

interface EntityKey {
  readonly name: string;
  readonly key: string;
  readonly fields: readonly FieldDefinitionNode[];
}

function keyOf(name: string, types: Types): EntityKey {
  const type = types.get(name);
  const key = type?.directives
    ?.find((directive) => directive.name.value === "key")
    ?.arguments?.find((argument) => argument.name.value === "fields")?.value;
  if (!isObjectType(type) || key?.kind !== Kind.STRING || !/^[\s\w]+$/.test(key.value)) {
    throw new Error(`@${marker} needs an entity whose first key has plain fields alone, which ${name} is not.`);
  }
  const names = new Set(key.value.split(/\s+/));
  return { name, key: key.value, fields: (type.fields ?? []).filter((field) => names.has(field.name.value)) };
}

/** The scalars, enums and inputs of these names, and those that they are made of. */
function valueTypes(names: readonly string[], types: Types): readonly DefinitionNode[] {
  const found = new Map<string, DefinitionNode>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const type = types.get(name);
    if (!type || found.has(name)) continue;
    found.set(name, type);
    if (type.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      pending.push(...(type.fields ?? []).map((field) => nameOf(field.type)));
    }
  }
  return [...found.values()];
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
