/**
 * `@cacheControl` as far as it can be trusted in a supergraph. Composition merges what subgraphs say of
 * the same element and keeps the first one's arguments, without a word of whose they are; it even keeps
 * those of a field that was overridden. So a hint counts only on what a single subgraph gives.
 */
import type { GraphQLNamedType, GraphQLObjectType, GraphQLSchema } from "graphql";
import { argumentOf, type Described, directivesOn, joinsOf, subgraphsIn } from "./join-directives.ts";

/** Longest life of an entry in seconds, whatever a subgraph says: a day. */
export const longestLife = 86_400;

/** What one subgraph says of one element. */
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
  /** The hint on a type; none when several subgraphs have the type. */
  ofType(type: GraphQLNamedType, subgraph: string): CacheHint;
  /** The hint on a field; undefined when it is not this subgraph's alone and so nobody knows. */
  ofField(type: GraphQLObjectType, field: string, subgraph: string): CacheHint | undefined;
}

const nothing: CacheHint = Object.freeze({});

/** Reads the hints of a supergraph that graphql-js built from its SDL. */
export function readHints(supergraph: GraphQLSchema): CacheHints {
  const subgraphOf = subgraphsIn(supergraph);
  const subgraphsOf = (type: GraphQLNamedType): ReadonlySet<unknown> => new Set(joinsOf(type).map(subgraphOf));
  return {
    empty: supergraph.getDirective("cacheControl") == null,
    has: (type, subgraph) => subgraphsOf(type).has(subgraph),
    ofType(type, subgraph) {
      const owners = subgraphsOf(type);
      return owners.size === 1 && owners.has(subgraph) ? hintOn(type) : nothing;
    },
    ofField(type, name, subgraph) {
      const field = type.getFields()[name];
      if (!field) return undefined;
      const joins = directivesOn(field, "join__field").filter((join) => argumentOf(join, "external") !== true);
      const owners = joins.length > 0 ? new Set(joins.map(subgraphOf)) : subgraphsOf(type);
      if (!owners.has(subgraph)) return undefined;
      const overrides = joins.some((join) => argumentOf(join, "override") !== undefined);
      const hint = hintOn(field);
      return hint === nothing || (owners.size === 1 && !overrides) ? hint : undefined;
    },
  };
}

function hintOn(element: Described): CacheHint {
  const [directive] = directivesOn(element, "cacheControl");
  if (!directive) return nothing;
  const maxAge = argumentOf(directive, "maxAge");
  const scope = argumentOf(directive, "scope");
  return {
    ...(maxAge !== undefined && { maxAge: readMaxAge(maxAge) }),
    ...(scope !== undefined && { scope: scope === "PUBLIC" ? "PUBLIC" : "PRIVATE" }),
    inherits: argumentOf(directive, "inheritMaxAge") === true,
  };
}

/** What makes no sense forbids keeping. */
function readMaxAge(value: unknown): number {
  const seconds = Number(value);
  return Number.isInteger(seconds) && seconds >= 0 ? Math.min(seconds, longestLife) : 0;
}
