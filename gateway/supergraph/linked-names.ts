/** Under which names a supergraph uses the directives of a specification (the link specification, v1.0). */
import { type DirectiveNode, type GraphQLSchema, valueFromASTUntyped } from "graphql";

/**
 * The name of a directive of the first specification that is linked and fits, without its `@`: as it was imported,
 * else with the prefix of the link. The directive that bears the specification's own name needs no prefix.
 *
 * @param specification matches the URL of the specification
 * @returns undefined when no such specification is linked
 */
export function linkedName(
  supergraph: GraphQLSchema,
  specification: RegExp,
  own: string,
  directive: string,
): string | undefined {
  const schemas = [supergraph.astNode, ...supergraph.extensionASTNodes];
  for (const applied of schemas.flatMap((node) => node?.directives ?? [])) {
    const { url, as, import: imports } = argumentsOf(applied);
    if (applied.name.value !== "link" || typeof url !== "string" || !specification.test(url)) continue;
    const prefix = typeof as === "string" ? as : own;
    return importedAs(imports, `@${directive}`) ?? (directive === own ? prefix : `${prefix}__${directive}`);
  }
  return undefined;
}

function argumentsOf(directive: DirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

function importedAs(imports: unknown, name: string): string | undefined {
  if (!Array.isArray(imports)) return undefined;
  for (const entry of imports) {
    if (entry === name) return name.slice(1);
    if (typeof entry === "object" && entry?.name === name) return String(entry.as ?? name).slice(1);
  }
  return undefined;
}
