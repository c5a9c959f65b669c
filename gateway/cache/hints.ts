/**
 * `@cacheControl` of our own specification, as `schema/directives.ts` merges it: what all that give an element allow.
 * One that came by `@composeDirective` counts for nothing: composition keeps the first subgraph's arguments.
 */
import type { GraphQLNamedType, GraphQLObjectType, GraphQLSchema } from "graphql";
import { linkedName } from "../supergraph/linked-names.ts";
import { argumentOf, type Described, directivesOn, joinsOf, subgraphsIn } from "./join-directives.ts";

/** Longest life of an entry in seconds, whatever a subgraph says: a day. */
export const longestLife = 86_400;

/** What the subgraphs say of one element. */
export interface CacheHint {
  /** Seconds. */
  readonly maxAge?: number;
  readonly scope?: "PUBLIC" | "PRIVATE";
  /** Whether the field takes the age of the field that it is under. */
  readonly inherits?: boolean;
}

export interface CacheHints {
  /** True when no subgraph hints at anything. */
  readonly empty: boolean;
  /** Whether the subgraph has the type. */
  has(type: GraphQLNamedType, subgraph: string): boolean;
  /** The hint on a type. */
  ofType(type: GraphQLNamedType): CacheHint;
  /** The hint on a field; undefined when this subgraph does not give it by itself. */
  ofField(type: GraphQLObjectType, field: string, subgraph: string): CacheHint | undefined;
}

const specification = /^https:\/\/huimin\.invalid\/rights\/v1\.\d+$/;
const nothing: CacheHint = Object.freeze({});

/** Reads the hints of a supergraph that graphql-js built from its SDL. */
export function readHints(supergraph: GraphQLSchema): CacheHints {
  const subgraphOf = subgraphsIn(supergraph);
  const subgraphsOf = (type: GraphQLNamedType): ReadonlySet<unknown> => new Set(joinsOf(type).map(subgraphOf));
  const directive = linkedName(supergraph, specification, "rights", "cacheControl");
  const hintOn = directive === undefined ? () => nothing : hintsBy(directive);
  return {
    empty: directive === undefined,
    has: (type, subgraph) => subgraphsOf(type).has(subgraph),
    ofType: hintOn,
    ofField(type, name, subgraph) {
      const field = type.getFields()[name];
      if (!field) return undefined;
      const joins = directivesOn(field, "join__field").filter((join) => argumentOf(join, "external") !== true);
      const owners = joins.length > 0 ? new Set(joins.map(subgraphOf)) : subgraphsOf(type);
      return owners.has(subgraph) ? hintOn(field) : undefined;
    },
  };
}

const hintsBy =
  (name: string) =>
  (element: Described): CacheHint => {
    const [directive] = directivesOn(element, name);
    if (!directive) return nothing;
    const maxAge = argumentOf(directive, "maxAge");
    const scope = argumentOf(directive, "scope");
    return {
      ...(maxAge !== undefined && { maxAge: readMaxAge(maxAge) }),
      ...(scope !== undefined && { scope: scope === "PUBLIC" ? "PUBLIC" : "PRIVATE" }),
      inherits: argumentOf(directive, "inheritMaxAge") === true,
    };
  };

/** What makes no sense forbids keeping. */
function readMaxAge(value: unknown): number {
  const seconds = Number(value);
  return Number.isInteger(seconds) && seconds >= 0 ? Math.min(seconds, longestLife) : 0;
}
