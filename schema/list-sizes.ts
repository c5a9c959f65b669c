/**
 * `@listSize` is Apollo's, and composition takes the largest `assumedSize`. Of the rest it makes something that no subgraph
 * said: all slicing arguments of all of them, and one is required only where all require it. So they must agree.
 */
import type { DirectiveNode } from "graphql";
import type { Service } from "./events.ts";
import { fieldsOf, isType, valuesOf } from "./linked-directive.ts";

/** Fields of whose lists subgraphs say different things, one sentence each. */
export function listSizeFaults(services: readonly Service[]): string[] {
  const said = new Map<string, { readonly subgraph: string; readonly how: string }>();
  return services.flatMap(({ name: subgraph, typeDefs }) =>
    typeDefs.definitions.filter(isType).flatMap((type) =>
      fieldsOf(type).flatMap((field) => {
        const applied = field.directives?.find(({ name }) => /^(federation__)?listSize$/.test(name.value));
        if (!applied) return [];
        const coordinate = `${type.name.value}.${field.name.value}`;
        const how = slicingIn(applied);
        const before = said.get(coordinate) ?? { subgraph, how };
        said.set(coordinate, before);
        if (before.how === how) return [];
        return [`[${subgraph}] @listSize on ${coordinate} must be as ${before.subgraph} says: ${before.how}`];
      }),
    ),
  );
}

function slicingIn({ arguments: given }: DirectiveNode): string {
  const { slicingArguments = [], sizedFields = [], requireOneSlicingArgument = true } = valuesOf(given);
  const [slicing, sized] = [slicingArguments, sizedFields].map((list) => [list].flat().map(String).sort());
  return JSON.stringify({ slicingArguments: slicing, sizedFields: sized, requireOneSlicingArgument });
}
