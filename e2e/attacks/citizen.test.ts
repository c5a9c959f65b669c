/** Attacks of a citizen who wants more than hers. */
import { attack } from "./support/attack.ts";
import { careless } from "./support/composed-gateway.ts";
import { ending, somebody, type Town, towns, undemanding, unnamed } from "./support/town.ts";

const { real, weak } = towns();

const believing = weak({ believing: true });

/** Gateway and subgraphs that let anybody be named, and her data be given to anybody. */
const naming = weak({ mayRead: () => true, sdl: unnamed });

/** She signs in, and asks about somebody else. */
async function aboutAnother(town: Town, ask: (id: string) => readonly [string, Readonly<Record<string, unknown>>?]) {
  const another = town.forms("government").seal(somebody());
  const [query, variables = {}] = ask(another);
  const token = await town.token(somebody(), { acr: "urn:huimin:loa:3", auth_time: Math.floor(Date.now() / 1000) });
  return ending(await town.ask(query, { token, variables }), `Name of ${another}`);
}

const anothers = {
  against: "a gateway that knows no citizen IDs, and a kit whose mayRead allows all",
  real,
  weak: naming,
};

attack("she writes another's ID into the query", {
  ...anothers,
  attempt: (town) => aboutAnother(town, (id) => [`{ citizen(id: "${id}") { name } }`]),
  meets: "FORBIDDEN",
});

attack("she gives another's ID as a variable", {
  ...anothers,
  attempt: (town) => aboutAnother(town, (id) => [`query ($id: ${town.idType}!) { citizen(id: $id) { name } }`, { id }]),
  meets: "FORBIDDEN",
});

attack("she hides another's ID in the default of a variable", {
  ...anothers,
  attempt: (town) =>
    aboutAnother(town, (id) => [`query ($id: ${town.idType}! = "${id}") { citizen(id: $id) { name } }`]),
  meets: "FORBIDDEN",
});

attack("she hides another's ID in an object of the input", {
  ...anothers,
  attempt: (town) =>
    aboutAnother(town, (id) => ["query ($filter: Filter!) { found(filter: $filter) { name } }", { filter: { id } }]),
  meets: "FORBIDDEN",
});

attack("she asks for herself, and in a fragment under an alias for another", {
  ...anothers,
  attempt: (town) =>
    aboutAnother(town, (id) => [`{ me { name } ...F } fragment F on Query { mine: citizen(id: "${id}") { name } }`]),
  meets: "FORBIDDEN",
});

attack("she asks for entities by their keys, as the gateway asks subgraphs", {
  against: "a subgraph that is reached without the gateway and believes whatever comes",
  real: async () => {
    const town = await real();
    const token = await town.token(somebody());
    return {
      url: `${town.url}/graphql`,
      headers: { authorization: `Bearer ${token}` },
      id: town.forms("government").seal(somebody()),
    };
  },
  weak: async () => {
    const town = await believing();
    return { url: town.departments.health.url, headers: {}, id: town.forms("government").seal(somebody()) };
  },
  attempt: async ({ url, headers, id }) => {
    const query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Citizen { diagnosis } } }";
    const variables = { r: [{ __typename: "Citizen", id }] };
    return await post(url, headers, { query, variables }, "flu");
  },
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she asks for a subgraph's own schema", {
  against: "a subgraph that is reached without the gateway and believes whatever comes",
  real: async () => {
    const town = await real();
    return { url: `${town.url}/graphql`, headers: { authorization: `Bearer ${await town.token(somebody())}` } };
  },
  weak: async () => ({ url: (await believing()).departments.health.url, headers: {} }),
  attempt: async ({ url, headers }) => await post(url, headers, { query: "{ _service { sdl } }" }, "diagnosis"),
  meets: "GRAPHQL_VALIDATION_FAILED",
});

async function post(url: string, headers: Readonly<Record<string, string>>, body: object, secret: string) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json", ...headers },
    body: JSON.stringify(body),
  });
  return ending({ status: answer.status, headers: answer.headers, ...((await answer.json()) as object) }, secret);
}

const demanding = { against: "a supergraph and subgraphs without @assurance", real, weak: weak({ sdl: undemanding }) };

/** She signed in with a password alone. */
const uncertain = async (town: Town, query: string, secret: string, headers = {}) =>
  ending(
    await town.ask(query, { token: await town.token(somebody(), { acr: "urn:huimin:loa:1", auth_time: 1 }), headers }),
    secret,
  );

attack("she reads a field above her level by an alias", {
  ...demanding,
  attempt: (town) => uncertain(town, "{ me { name: diagnosis } }", "flu"),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("she reads a field above her level through fragments", {
  ...demanding,
  attempt: (town) =>
    uncertain(town, "{ me { ...F } } fragment F on Citizen { ... on Citizen { ... { diagnosis } } }", "flu"),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("she reads a field above her level through the interface that its type has", {
  ...demanding,
  attempt: (town) => uncertain(town, "{ me { entry { text } } }", "kept note"),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("she has a field above her level come later, in a deferred part", {
  ...demanding,
  attempt: (town) => uncertain(town, "{ me { name ... @defer { diagnosis } } }", "flu"),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("she asks for a field above her level on a condition that she sets", {
  ...demanding,
  attempt: (town) => uncertain(town, "query ($no: Boolean = false) { me { diagnosis @skip(if: $no) } }", "flu"),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("she asks a kit for a field above her level through a gateway that forgot to", {
  against: "subgraphs that ask for no level either",
  real: weak({ composed: undemanding }),
  weak: weak({ sdl: undemanding }),
  attempt: (town) => uncertain(town, "{ me { diagnosis } }", "flu"),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("her client reads a department for which it has no scope", {
  against: "departments without the kit, and a gateway that looks at no scope",
  real,
  weak: weak({ believing: true, gateway: { credentials: careless } }),
  attempt: async (town) => {
    const token = await town.token(somebody(), { scope: "openid citizen:read" });
    return ending(await town.ask("{ me { scheme } }", { token }), "RESIDENT");
  },
  meets: "FORBIDDEN",
});

attack("she sends what another has just sent, and waits for the answer that was kept", {
  against: "a gateway that asks subgraphs for everybody with the first one's token",
  real,
  weak: weak({
    gateway: {
      credentials: (_signer, _sectors, usual) => {
        const first = new Map<string, ReturnType<typeof usual>>();
        return (errand, subgraph) => {
          const shown = first.get(subgraph) ?? usual(errand, subgraph);
          first.set(subgraph, shown);
          return shown;
        };
      },
    },
  }),
  attempt: async (town) => {
    const another = somebody();
    await town.ask("{ me { name } }", { token: await town.token(another) });
    const mine = await town.ask("{ me { name } }", { token: await town.token(somebody()) });
    const found = ending(mine, town.forms("government").seal(another));
    return found === "status 200" ? "her own name" : found;
  },
  meets: "her own name",
});
