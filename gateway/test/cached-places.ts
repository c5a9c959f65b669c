/** Two real subgraphs whose schema says what may be kept, and a cache in front of them on a clock of the test's own. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { buildASTSchema, type GraphQLSchema, graphql, parse } from "graphql";
import { createMemoryStore, type KeyValueStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { compose } from "../../schema/compose.ts";
import type { Caller } from "../../trust/caller.ts";
import type { Errand } from "../admission/admit.ts";
import { createBoundary, type SubgraphAnswer, type SubgraphRequest } from "../boundary/boundary.ts";
import type { Credentials } from "../boundary/credentials.ts";
import { createEntityCache, type EntityCache } from "../cache/entity-cache.ts";

const head = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@override"])
    @link(url: "https://huimin.invalid/rights/v1.0", import: ["@cacheControl"])
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT
  enum CacheControlScope { PUBLIC PRIVATE }
  scalar CitizenID
`;

const schemas = {
  places: `${head}
    type Query {
      offices(district: String): [Office!] @cacheControl(maxAge: 60, scope: PUBLIC)
      notices: [Notice!] @cacheControl(maxAge: 60, scope: PUBLIC)
      mine: [Notice!] @cacheControl(maxAge: 60, scope: PRIVATE)
      unhinted: [Notice!]
      count: Int
      officeOf(citizen: CitizenID!): Office @cacheControl(maxAge: 60, scope: PUBLIC)
      me: Citizen @cacheControl(maxAge: 60, scope: PUBLIC)
      maybe: Sight @cacheControl(maxAge: 60, scope: PUBLIC)
    }
    type Mutation { move: Int }
    type Office @key(fields: "id") @key(fields: "street { name } number") @cacheControl(maxAge: 999, scope: PUBLIC) {
      id: ID!
      name: String @cacheControl(maxAge: 60, scope: PUBLIC)
      asker: String @cacheControl(maxAge: 30)
      queue: Int
      moved: String @cacheControl(maxAge: 60)
      notice: Notice @cacheControl(maxAge: 40, scope: PUBLIC)
      street: Street @shareable
      number: Int @shareable
    }
    type Street @shareable { name: String }
    type Notice @cacheControl(maxAge: 100, scope: PUBLIC) {
      text: String
      short: String @cacheControl(maxAge: 5)
      inherits: Extra @cacheControl(inheritMaxAge: true, scope: PUBLIC)
      forgets: Extra @cacheControl(scope: PUBLIC)
      author: String @cacheControl(scope: PRIVATE)
    }
    type Extra { note: String @cacheControl(scope: PUBLIC) }
    union Sight = Notice | Citizen
    type Citizen @key(fields: "id") { id: CitizenID! lucky: Int @cacheControl(maxAge: 60, scope: PUBLIC) home: Home @cacheControl(maxAge: 60, scope: PUBLIC) }
    type Home @cacheControl(maxAge: 600, scope: PUBLIC) { district: String }
  `,
  hours: `${head}
    type Query { homes: Int }
    type Office @key(fields: "id") {
      id: ID!
      hours: String @cacheControl(maxAge: 120, scope: PUBLIC)
      moved: String @override(from: "places")
      street: Street @shareable
      number: Int @shareable
    }
    type Street @shareable { name: String }
  `,
} as const;

export type PlacesSubgraph = keyof typeof schemas;

export interface Places {
  /** Where the subgraphs answer. */
  readonly addresses: ReadonlyMap<string, URL>;
  readonly cache: EntityCache;
  readonly store: KeyValueStore;
  /** What the subgraphs were asked, in order. */
  readonly asked: { readonly query: string; readonly variables: { readonly representations?: readonly unknown[] } }[];
  /** Headers with which both subgraphs answer from now on. */
  headers: Record<string, string>;
  /** Lets both subgraphs answer with errors beside the data. */
  failing: "no" | "in part" | "whole";
  /** Runs before a subgraph answers. */
  meanwhile: () => Promise<void>;
  /** Lets time pass, in seconds. */
  pass(seconds: number): void;
  /** Another gateway process on the same store. */
  replica(secret?: Uint8Array): EntityCache;
  close(): Promise<void>;
}

const secret = new Uint8Array(32).fill(7);

/** Starts both subgraphs. */
export async function startPlaces(openStore?: () => Promise<KeyValueStore>): Promise<Places> {
  let now = Date.UTC(2026, 10, 24);
  const clock = () => now;
  const store = openStore ? await openStore() : createMemoryStore(10_000, clock);
  const state = { headers: {}, failing: "no", meanwhile: async () => {} } as Pick<
    Places,
    "headers" | "failing" | "meanwhile"
  >;
  const asked: Places["asked"] = [];
  const servers = await Promise.all(
    [schemas.places, schemas.hours].map((sdl) =>
      serve(buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]), state, asked),
    ),
  );
  const [places, hours] = servers;
  if (!places || !hours) throw new Error("two servers were started");
  const addresses = new Map([
    ["places", places.url],
    ["hours", hours.url],
  ]);
  const supergraph = {
    id: "one",
    supergraphSchema: buildASTSchema(parse(placesSupergraph()), { assumeValidSDL: true }),
  };
  const boundary = createBoundary(addresses, callerHeader);
  const replica = (key: Uint8Array = secret) =>
    createEntityCache({
      boundary,
      supergraph,
      store,
      secret: key,
      now: clock,
    });
  const cache = replica();
  const replicas = [cache];
  return Object.assign(state, {
    addresses,
    cache,
    store,
    asked,
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    replica: (key?: Uint8Array) => {
      const made = replica(key);
      replicas.push(made);
      return made;
    },
    close: async () => {
      await Promise.all(replicas.map((each) => each.close()));
      await boundary.close();
      await Promise.all(servers.map((server) => server.close()));
      await store.close();
    },
  });
}

/** The supergraph of both. */
export function placesSupergraph(): string {
  const services = Object.entries(schemas).map(([name, sdl]) => ({
    name,
    url: `http://${name}.invalid`,
    typeDefs: parse(sdl),
  }));
  return compose(services);
}

/** The subgraph tells in `asker` and `lucky` who it thinks is asking: so an answer to somebody else shows. */
const callerHeader: Credentials = async ({ admitted }) => {
  if (admitted.kind !== "signed in") throw new Error("nobody is signed in");
  return { headers: { "x-asker": encodeURIComponent(rightsOf(admitted.caller)) }, identity: admitted.tokenId };
};

/** What tells two callers' rights apart, without any delimiter to confuse. */
export function rightsOf({ subject, clientId, scopes }: Caller): string {
  return JSON.stringify([subject, clientId, [...scopes].sort()]);
}

interface Context {
  readonly asker: string;
}

const notice = { text: "closed on Monday", short: "closed", inherits: { note: "n" }, forgets: { note: "n" } };

const resolvers = {
  Query: {
    offices: () => [{ id: "1" }, { id: "2" }],
    notices: () => [notice],
    mine: (_: unknown, __: unknown, { asker }: Context) => [{ ...notice, author: asker }],
    unhinted: () => [notice],
    count: () => 1,
    officeOf: () => ({ id: "1" }),
    me: (_: unknown, __: unknown, { asker }: Context) => ({ id: asker }),
    maybe: (_: unknown, __: unknown, { asker }: Context) => ({ __typename: "Citizen", id: asker }),
  },
  Mutation: { move: () => 1 },
  Office: {
    __resolveReference: ({ id, number }: { id?: string; number?: number }) =>
      id === "gone" ? null : { id: id ?? `n${number}` },
    name: ({ id }: { id: string }) => `Office ${id}`,
    asker: (_: unknown, __: unknown, { asker }: Context) => asker,
    queue: () => 3,
    moved: () => "no",
    notice: () => notice,
    hours: ({ id }: { id: string }) => `${id} to 17`,
  },
  Citizen: {
    lucky: () => 7,
    home: () => ({ district: "north" }),
  },
};

type State = Pick<Places, "headers" | "failing" | "meanwhile">;

async function serve(schema: GraphQLSchema, state: State, asked: Places["asked"]) {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { query, variables } = JSON.parse(await text(request));
    asked.push({ query, variables });
    const result = await graphql({
      schema,
      source: query,
      variableValues: variables,
      contextValue: { asker: decodeURIComponent(String(request.headers["x-asker"])) },
    });
    await state.meanwhile();
    response.writeHead(200, { "content-type": "application/json", ...state.headers });
    response.end(JSON.stringify(fail(result, state.failing)));
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, "localhost");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: new URL(`http://localhost:${port}/graphql`), close };
}

function fail(result: object, failing: Places["failing"]): object {
  const error = { message: "no", extensions: { code: "FORBIDDEN" } };
  if (failing === "whole") return { data: null, errors: [error] };
  return failing === "no" ? result : { ...result, errors: [{ ...error, path: ["_entities", 0, "name"] }] };
}

/** Somebody who asks through a client. */
export function callerOf(subject: string, more: Partial<Caller> = {}): Caller {
  return { subject, clientId: "cli", scopes: new Set(["places:read", "hours:read"]), expiresAt: 4e9, ...more };
}

let tokens = 0;

export function errandOf(caller: Caller): Errand {
  tokens += 1;
  return {
    admitted: { kind: "signed in", caller, tokenId: `token ${tokens}`, level: null, signedInAt: null, role: null },
    log: createLogger("test", "silent"),
  };
}

export interface AskOptions {
  readonly subgraph?: PlacesSubgraph;
  readonly kind?: SubgraphRequest["kind"];
  readonly variables?: string;
  readonly entities?: SubgraphRequest["entities"];
  readonly cache?: EntityCache;
}

/** One call through the cache. */
export async function ask(
  places: Places,
  caller: Caller,
  query: string,
  { subgraph = "places", kind = "query", variables = "", entities = [], cache = places.cache }: AskOptions = {},
): Promise<SubgraphAnswer> {
  const request = { kind, query, queryJson: JSON.stringify(query), variables, entities };
  const answer = await cache.call(subgraph, request, errandOf(caller));
  // Entries are written behind the answer.
  await new Promise((resolve) => setImmediate(resolve));
  return answer;
}

/** Asks for offices by ID. */
export async function askOffices(
  places: Places,
  caller: Caller,
  ids: readonly string[],
  fields: string,
  options: AskOptions = {},
) {
  const query = `query($representations:[_Any!]!){_entities(representations:$representations){...on Office{${fields}}}}`;
  const representations = ids.map((id) => JSON.stringify({ __typename: "Office", id }));
  const entities = [{ variable: "representations", responseName: "_entities", representations }];
  return await ask(places, caller, query, { ...options, entities });
}
