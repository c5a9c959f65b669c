/** Documents, parsed and validated once. */
import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
  validate,
} from "graphql";
import { LRUCache } from "lru-cache";
import { HuiminError } from "../../trust/errors.ts";

/** What a document may be at most. A document of the gateway's largest operation fits, its fragments expanded. */
const limits = { tokens: 5_000, depth: 20, errors: 10, cachedDocuments: 500, cachedCharacters: 4_000_000 } as const;

/** Gives the document of a query text, or the errors that keep it from being run. */
export type ReadDocument = (query: string) => DocumentNode | readonly GraphQLError[];

/** Reads documents against one schema and remembers the good ones, within bounds. */
export function createDocumentReader(schema: GraphQLSchema): ReadDocument {
  const known = new LRUCache<string, DocumentNode>({
    max: limits.cachedDocuments,
    maxSize: limits.cachedCharacters,
    sizeCalculation: (_document, query) => query.length,
  });
  return (query) => {
    const before = known.get(query);
    if (before) return before;
    const read = readDocument(schema, query);
    if ("kind" in read) known.set(query, read);
    return read;
  };
}

function readDocument(schema: GraphQLSchema, query: string): DocumentNode | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    // The parser calls itself for every level; thousands of them end the stack, long before any harm.
    const fault = error instanceof RangeError ? new GraphQLError("The document nests too deep to be read.") : error;
    if (!(fault instanceof GraphQLError)) throw error;
    return [withCode(fault, "GRAPHQL_PARSE_FAILED")];
  }
  const faults = validate(schema, document, [...specifiedRules, depthLimit], { maxErrors: limits.errors });
  return faults.length > 0 ? faults.map((fault) => withCode(fault, "GRAPHQL_VALIDATION_FAILED")) : document;
}

/** The same error with a code; its message speaks of the document alone. */
export function withCode(error: GraphQLError, code: HuiminError["code"]): GraphQLError {
  const originalError = new HuiminError(code, { message: error.message });
  const { source, positions } = error;
  return new GraphQLError(error.message, { source, positions, originalError });
}

/** Refuses operations that nest deeper than the limit, fragments counted where they are spread. */
function depthLimit(context: ValidationContext): ASTVisitor {
  const fragmentDepths = new Map<string, number>();
  const fragmentDepth = (name: string): number => {
    const known = fragmentDepths.get(name);
    if (known !== undefined) return known;
    fragmentDepths.set(name, 0); // A cycle ends here; another rule reports it.
    const fragment = context.getFragment(name);
    const depth = fragment ? depthOf(fragment.selectionSet) : 0;
    fragmentDepths.set(name, depth);
    return depth;
  };
  const depthOf = (set: SelectionSetNode): number =>
    Math.max(
      ...set.selections.map((selection) => {
        if (selection.kind === "FragmentSpread") return fragmentDepth(selection.name.value);
        const below = selection.selectionSet ? depthOf(selection.selectionSet) : 0;
        return selection.kind === "Field" ? below + 1 : below;
      }),
    );
  return {
    OperationDefinition(node) {
      if (depthOf(node.selectionSet) <= limits.depth) return;
      context.reportError(new GraphQLError(`The operation nests deeper than ${limits.depth} fields.`, { nodes: node }));
    },
  };
}
