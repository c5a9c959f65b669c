/** Directives that composition would drop without a word, or of which it would keep the first subgraph's arguments. */
import { type DocumentNode, visit } from "graphql";
import { type DirectiveArguments, linksOf } from "./linked-directive.ts";

/** Those of GraphQL itself, the link, and the marker that `divideEvents` takes out. */
const understood: ReadonlySet<string> = new Set(["deprecated", "specifiedBy", "oneOf", "link", "announced"]);

/**
 * The names of the directives that a subgraph applies and nobody merges.
 *
 * @param ours those that we merge ourselves
 */
export function mergedByNobody(document: DocumentNode, ours: (name: string) => boolean): readonly string[] {
  const apollos = linksOf(document).filter(({ url }) => String(url).startsWith("https://specs.apollo.dev/"));
  const imported = new Set(apollos.flatMap(importedBy));
  const applied = new Set<string>();
  visit(document, { Directive: ({ name }) => void applied.add(name.value) });
  // `@composeDirective` is Apollo's, but it is what keeps the arguments of the first subgraph alone.
  const isMerged = (name: string) =>
    understood.has(name) || ours(name) || name.startsWith("federation__") || imported.has(name);
  return [...applied].filter((name) => !isMerged(name) || name === "composeDirective");
}

/** The names of the directives that a link imports, as the subgraph calls them. */
function importedBy({ import: imports = [] }: DirectiveArguments): string[] {
  return [imports].flat().map((entry: unknown) => {
    const { name = entry, as = name } = typeof entry === "object" && entry !== null ? (entry as ImportedAs) : {};
    return String(as).replace(/^@/, "");
  });
}

type ImportedAs = { readonly name?: unknown; readonly as?: unknown };
