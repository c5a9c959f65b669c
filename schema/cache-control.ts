/** `@cacheControl(maxAge:, scope:, inheritMaxAge:)`: for how long the gateway may keep what a subgraph gives. */
import type { DirectiveArguments, LinkedDirective } from "./linked-directive.ts";

/** No longer than every subgraph that gives the element allows, and one that says nothing of it allows nothing. */
export const cacheControl: LinkedDirective = {
  name: "cacheControl",
  definition: `
"""
For how many seconds the gateway may keep a field; with \`inheritMaxAge\` for as long as the field that it is under. With
the scope \`PUBLIC\` for everybody, else for the one who asked. What is not marked is not kept.
"""
directive @cacheControl(maxAge: Int, scope: String, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
`,
  faultOf({ maxAge, scope }) {
    if (maxAge !== undefined && !Number.isInteger(maxAge)) return "maxAge must be a whole number of seconds";
    return ["PUBLIC", "PRIVATE", undefined].includes(scope as string) ? undefined : "scope must be PUBLIC or PRIVATE";
  },
  merge(given, unanimous) {
    if (!unanimous) return { maxAge: 0 };
    const inheritMaxAge = given.every((each) => each.inheritMaxAge === true);
    const maxAge = shortestOf(given);
    const scope = scopeOf(given);
    return {
      ...(maxAge !== undefined && { maxAge }),
      ...(scope !== undefined && { scope }),
      ...(inheritMaxAge && { inheritMaxAge }),
    };
  },
};

/** What inherits its age is never kept longer than what it is under; what has none at all is not kept. */
function shortestOf(given: readonly DirectiveArguments[]): number | undefined {
  const ages = given.flatMap(({ maxAge }) => (maxAge === undefined ? [] : [Number(maxAge)]));
  const silent = given.filter((each) => each.maxAge === undefined && each.inheritMaxAge !== true).length;
  if (silent > 0 && silent < given.length) return 0;
  return ages.length > 0 ? Math.min(...ages) : undefined;
}

function scopeOf(given: readonly DirectiveArguments[]): string | undefined {
  if (given.every(({ scope }) => scope === undefined)) return undefined;
  return given.every(({ scope }) => scope === "PUBLIC") ? "PUBLIC" : "PRIVATE";
}
