/** `@category(names:)`: what kind of personal data a field is. */
import { isCategory } from "../trust/categories.ts";
import type { DirectiveArguments, LinkedDirective } from "./linked-directive.ts";

/** What every subgraph says of an element holds together. */
export const category: LinkedDirective = {
  name: "category",
  definition: `
"""
What kinds of personal data a field is, as \`trust/categories.ts\` names them. On a type it holds for every field that
gives it and for every field of it, on an interface for all that implement it.
"""
directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
`,
  faultOf(given) {
    const names = namesOf(given);
    const unknown = names.filter((name) => !isCategory(name));
    if (names.length === 0) return "names none";
    return unknown.length > 0 ? `${unknown.join(", ")} is not registered in trust/categories.ts` : undefined;
  },
  merge: (given) => ({ names: [...new Set(given.flatMap(namesOf))].sort() }),
};

/** A single name may stand for a list of it, as everywhere in GraphQL. */
function namesOf({ names = [] }: DirectiveArguments): string[] {
  return [names].flat().map(String);
}
