/** The schema that clients see, as text. */
import type { Supergraph } from "@apollo/federation-internals";
import { type DirectiveDefinitionNode, Kind, parse, print, printSchema, type TypeNode } from "graphql";

const executableLocations: ReadonlySet<string> = new Set([
  "QUERY",
  "MUTATION",
  "SUBSCRIPTION",
  "FIELD",
  "FRAGMENT_DEFINITION",
  "FRAGMENT_SPREAD",
  "INLINE_FRAGMENT",
  "VARIABLE_DEFINITION",
]);

/**
 * The API schema of a supergraph. Apollo's lacks directives for operations that came with `@composeDirective`;
 * they are added where all that they speak of is to be seen.
 */
export function apiSdl(supergraph: Supergraph): string {
  const schema = supergraph.apiSchema().toGraphQLJSSchema({ includeDefer: true });
  const composed = parse(printSchema(supergraph.schema.toGraphQLJSSchema()), { noLocation: true })
    .definitions.filter((node) => node.kind === Kind.DIRECTIVE_DEFINITION)
    .filter((node) => isExecutable(node) && !schema.getDirective(node.name.value))
    .filter(({ arguments: args = [] }) => args.every(({ type }) => schema.getType(namedType(type)) !== undefined));
  return [printSchema(schema), ...composed.map(print)].join("\n\n");
}

function isExecutable({ locations }: DirectiveDefinitionNode): boolean {
  return locations.every(({ value }) => executableLocations.has(value));
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
