/** Attacks of a citizen on a running city: she reads another. Each is first made with her own ID, which is answered. */
import { decodeJwt } from "jose";
import { inject } from "vitest";
import { ask, codesOf, credentialsOf, type GraphAnswer } from "../../support/graph.ts";
import { attack, worked } from "../support/attack.ts";

const city = inject("city");
const hers = credentialsOf(city, "xiaohe");
const others = credentialsOf(city, "nurlan");

/** Whom she names, and what the answer holds if she gets it. */
interface Named {
  readonly id: string;
}

const named = async (whose: typeof hers): Promise<Named> => ({ id: String(decodeJwt((await whose).accessToken).sub) });
const herself = {
  against: "the same city, where she names herself",
  weak: () => named(hers),
  real: () => named(others),
};

async function reads(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return ending(await ask(city.graph, query, await hers, {}, variables));
}

/** `worked` when whatever was asked under `found` has come. */
function ending(answer: GraphAnswer): string {
  const found = answer.data?.found;
  return typeof found === "object" && found !== null ? worked : (codesOf(answer)[0] ?? `status ${answer.status}`);
}

attack("she writes another's ID into the query", {
  ...herself,
  attempt: ({ id }) => reads(`{ found: citizen(id: "${id}") { name { text } } }`),
  meets: "FORBIDDEN",
});

attack("she gives another's ID as a variable", {
  ...herself,
  attempt: ({ id }) => reads("query ($id: CitizenID!) { found: citizen(id: $id) { name { text } } }", { id }),
  meets: "FORBIDDEN",
});

attack("she hides another's ID in the default of a variable", {
  ...herself,
  attempt: ({ id }) => reads(`query ($id: CitizenID! = "${id}") { found: citizen(id: $id) { name { text } } }`),
  meets: "FORBIDDEN",
});

attack("she asks for herself, and in a fragment under an alias for another", {
  ...herself,
  attempt: ({ id }) =>
    reads(`{ me { id } ...F } fragment F on Query { ... { found: citizen(id: "${id}") { pension { status } } } }`),
  meets: "FORBIDDEN",
});

attack("she asks a department and both companies about another", {
  ...herself,
  attempt: ({ id }) =>
    reads(`{ found: citizen(id: "${id}") { bills { edges { node { month } } } waterAccount { bills { month } } } }`),
  meets: "FORBIDDEN",
});

attack("she puts another's name where an ID belongs", {
  ...herself,
  attempt: ({ id }) => reads(`{ found: citizen(id: "${id.slice(0, -1)}${id.endsWith("A") ? "B" : "A"}") { id } }`),
  weak: "cannot be shown: what is no ID of this city names nobody",
  meets: "FORBIDDEN",
});

attack("she asks for entities by their keys, as the gateway asks subgraphs", {
  ...herself,
  weak: "cannot be shown: the graph has no such field",
  attempt: ({ id }) =>
    reads(`{ found: _entities(representations: [{ __typename: "Citizen", id: "${id}" }]) { __typename } }`),
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she asks for a subgraph's own schema", {
  ...herself,
  weak: "cannot be shown: the graph has no such field",
  attempt: () => reads("{ found: _service { sdl } }"),
  meets: "GRAPHQL_VALIDATION_FAILED",
});
