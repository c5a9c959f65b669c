/** Attacks of somebody without a name. */
import { admitEverybody } from "../../gateway/admission/admit.ts";
import { generousLimits } from "../../gateway/operation/limits.ts";
import { attack, worked } from "./support/attack.ts";
import { ending, type Town, towns } from "./support/town.ts";

const contracts = JSON.stringify({ public: { exclude: ["staff"], clients: ["*"] } });
const { real, weak } = towns({ HUIMIN_CONTRACTS: contracts });

/** Sends bytes; gives the code of the first error, or `worked` when the answer holds what is looked for. */
async function send({ url }: Town, path: string, init: RequestInit, secret: string): Promise<string> {
  const accept = "application/graphql-response+json";
  const answer = await fetch(`${url}/graphql${path}`, { ...init, headers: { accept, ...init.headers } });
  const { data, errors } = (await answer.json()) as Pick<Awaited<ReturnType<Town["ask"]>>, "data" | "errors">;
  const { status, headers } = answer;
  return ending({ status, headers, ...(data !== undefined && { data }), ...(errors && { errors }) }, secret);
}

const json = { "content-type": "application/json" };
const open = weak({
  believing: true,
  gateway: { admit: () => admitEverybody, credentials: () => async () => ({ headers: {}, identity: "" }) },
});

attack("she asks for a citizen's data and shows no token", {
  against: "a gateway without sign-in before subgraphs that believe it",
  real,
  weak: open,
  attempt: async (town) => ending(await town.ask("{ me { name } }"), "Name of"),
  meets: "UNAUTHENTICATED",
});

attack("she asks for data of no citizen and shows no token", {
  against: "a gateway without sign-in before subgraphs that believe it",
  real: weak({}),
  weak: open,
  attempt: async (town) => ending(await town.ask("{ drill { at } }"), "noon"),
  meets: "UNAUTHENTICATED",
});

attack("she reads in the schema what only staff may know of", {
  against: "a gateway without contracts",
  real,
  weak: weak({}),
  attempt: async (town) => ending(await town.ask('{ __type(name: "StaffDrill") { name } }'), "StaffDrill"),
  meets: "status 200",
});

attack("she lists all types and looks for those of the staff", {
  against: "a gateway without contracts",
  real,
  weak: weak({}),
  attempt: async (town) => ending(await town.ask("{ __schema { types { name } } }"), "StaffDrill"),
  meets: "status 200",
});

attack("she misspells a field of the staff and waits for a suggestion", {
  against: "a gateway without contracts",
  real,
  weak: weak({}),
  attempt: async (town) => {
    const { errors = [] } = await town.ask("{ dril { at } }");
    return errors[0]?.message.includes("drill") ? worked : "no suggestion";
  },
  meets: "no suggestion",
});

attack("she sends a hundred operations in one request", {
  real,
  weak: "cannot be shown: no part of the gateway reads a list of requests",
  attempt: async (town) => {
    const body = JSON.stringify(Array.from({ length: 100 }, () => ({ query: "{ __typename }" })));
    return await send(town, "", { method: "POST", headers: json, body }, "Query");
  },
  meets: "BAD_REQUEST",
});

const unlimited = { against: "the limits for trials", real, weak: weak({ gateway: { limits: generousLimits } }) };

/** The same field so many times. */
const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(" ")} }`;

attack("she floods one operation with aliases", {
  ...unlimited,
  attempt: async (town) => ending(await town.ask(aliases(150)), "Query"),
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she sends a document that is too long to read", {
  ...unlimited,
  attempt: async (town) => ending(await town.ask(aliases(2_000)), "Query"),
  meets: "GRAPHQL_PARSE_FAILED",
});

attack("she makes fragments of fragments that unfold to millions of fields", {
  ...unlimited,
  attempt: async (town) => {
    const levels = Array.from(
      { length: 10 },
      (_, i) => `fragment F${i} on __Type { a: ofType { ...F${i + 1} } b: ofType { ...F${i + 1} } }`,
    );
    const query = `{ __type(name: "Citizen") { ...F0 } } ${levels.join(" ")} fragment F10 on __Type { name }`;
    const { errors } = await town.ask(query);
    return errors?.[0]?.extensions.code ?? worked;
  },
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she nests fields deeper than any answer is", {
  ...unlimited,
  attempt: async (town) => {
    const query = `{ __type(name: "Citizen") ${"{ ofType ".repeat(60)}{ name }${" }".repeat(60)} }`;
    const { errors } = await town.ask(query);
    return errors?.[0]?.extensions.code ?? worked;
  },
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she nests brackets until whoever reads them has no stack left", {
  real,
  weak: "cannot be shown: no part reads a document whose length nobody looked at",
  attempt: async (town) => ending(await town.ask(`${"{ a ".repeat(50_000)}${"}".repeat(50_000)}`), "a"),
  meets: "GRAPHQL_PARSE_FAILED",
});

attack("she nests the values of a variable until whoever reads them has no stack left", {
  real,
  weak: "cannot be shown: no part reads a body whose length nobody looked at",
  attempt: async (town) => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const body = `{"query":"query ($v: [Int]) { __typename @skip(if: $v) }","variables":{"v":${deep}}}`;
    return await send(town, "", { method: "POST", headers: json, body }, "Query");
  },
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she asks the schema for the fields of the types of the fields of all types", {
  real,
  weak: "cannot be shown: it is a rule of graphql-js that every validation has",
  attempt: async (town) => {
    const types = (depth: number): string => (depth === 0 ? "name" : `fields { type { ${types(depth - 1)} } }`);
    return ending(await town.ask(`{ __schema { types { ${types(5)} } } }`), "Citizen");
  },
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she asks for entities by their keys, and for a subgraph's schema", {
  real,
  weak: "cannot be shown: the graph has no such fields",
  attempt: async (town) =>
    ending(
      await town.ask('{ _service { sdl } _entities(representations: [{ __typename: "Citizen" }]) { __typename } }'),
      "Citizen",
    ),
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("she has a citizen follow a link that changes something", {
  against: "a pipeline that takes every GET for a POST",
  real,
  weak: weak({
    gateway: {
      pipeline: (pipeline) => async (request, log) => {
        const query = new URLSearchParams(request.url.split("?")[1]).get("query");
        return await pipeline(
          { ...request, method: "POST", headers: { ...request.headers, ...json }, body: JSON.stringify({ query }) },
          log,
        );
      },
    },
  }),
  attempt: async (town) => {
    const headers = { authorization: `Bearer ${await town.token(crypto.randomUUID())}` };
    return await send(town, `?query=${encodeURIComponent('mutation { rename(name: "x") }')}`, { headers }, "renamed");
  },
  meets: "METHOD_NOT_ALLOWED",
});

/** A pipeline that takes every body for JSON and every GET for asked. */
const trusting = weak({
  gateway: {
    pipeline: (pipeline) => (request, log) => pipeline({ ...request, headers: { ...request.headers, ...json } }, log),
  },
});

attack("her page has a visitor's browser post a form to the graph", {
  against: "a pipeline that does not look at the type of a body",
  real,
  weak: trusting,
  attempt: async (town) => {
    const body = JSON.stringify({ query: "{ __typename }" });
    return await send(town, "", { method: "POST", headers: { "content-type": "text/plain" }, body }, "Query");
  },
  meets: "UNSUPPORTED_MEDIA_TYPE",
});

attack("her page has a visitor's browser fetch from the graph by GET", {
  against: "a pipeline that does not ask for a header that no page can add",
  real,
  weak: trusting,
  attempt: async (town) => await send(town, `?query=${encodeURIComponent("{ __typename }")}`, {}, "Query"),
  meets: "CSRF_PREVENTED",
});
