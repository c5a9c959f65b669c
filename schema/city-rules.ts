/** What a supergraph must be like to be the city's. */
import { type DocumentNode, type FieldDefinitionNode, Kind, type TypeNode as TypeReference } from "graphql";
import { category } from "./category.ts";
import { requireNone } from "./directives.ts";
import { type Annotated, fieldsOf, isType, valuesOf } from "./linked-directive.ts";

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
  const bare = fields.filter((field) => ![field, types.get(nameOf(field.type))].some(hasCategory));
  requireNone(
    bare.map(
      (field) =>
        `[${subgraphsOf(field, type)}] ${citizen.type}.${field.name.value} says by no @${category.name}, of its own or of ` +
        "its type, what kind of personal data it is",
    ),
  );
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
      .filter(({ external }) => external !== true)
      .map(({ graph }) => String(graph).toLowerCase()),
  );
  return [...new Set(joins.find((names) => names.length > 0))].join(", ");
}
