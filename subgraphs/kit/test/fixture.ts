/** A small subgraph without a database, to look at the kit from outside. */
import { PassThrough } from "node:stream";
import { createHttpServer } from "../../../platform/http.ts";
import type { KeyValueStore } from "../../../platform/keyvalue.ts";
import { createLogger } from "../../../platform/log.ts";
import type { CallKey } from "../../../trust/call-keys.ts";
import { HuiminError } from "../../../trust/errors.ts";
import type { SubgraphContext } from "../context.ts";
import { gatewayKeys } from "../gateway-keys.ts";
import { mountSubgraph, requireSelf } from "../subgraph.ts";
import { citizenId } from "./citizens.ts";
import { startTestGateway, type TestGateway, testCallKey } from "./gateway.ts";

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    @link(url: "https://huimin.invalid/rights/v1.0", import: ["@assurance", "@category"])
  directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
  directive @category(names: [String!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
  scalar CitizenID
  scalar Date
  scalar DateTime
  scalar YearMonth
  type Query {
    citizen(id: CitizenID!): Citizen
    echo(day: Date, instant: DateTime, month: YearMonth, whole: Int): String!
    crash: String
    refuse: String
    missing: String!
    instant: DateTime
  }
  type Mutation { touch: Boolean }
  type Citizen @key(fields: "id") { id: CitizenID! today: Date! friend: Citizen @category(names: ["person.name"])
    name: String @category(names: ["person.name"])
    record: Record
    mixed: String @category(names: ["health.record", "pension.account"])
    diagnosis: String @assurance(level: 2, maxAge: "15m")
    vault: Vault
    oldest: Kept }
  type Record @category(names: ["health.record"]) { text: String }
  interface Kept { what: String @assurance(level: 2) }
  type Letter implements Kept { what: String }
  type Vault @key(fields: "id") @assurance(level: 3) { id: ID! what: String }
  type Note @key(fields: "id") { id: ID! text: String }
`;

/** What the crash says; nobody but the log may hear it. */
export const inside = "password of the database is hunter2";

const resolvers = {
  Query: {
    citizen: (_query: unknown, { id }: { id: string }, context: SubgraphContext) => {
      requireSelf(context, id);
      return { id };
    },
    echo: (_query: unknown, values: object) => JSON.stringify(values),
    crash: () => {
      throw new Error(inside);
    },
    refuse: () => {
      throw new HuiminError("BAD_USER_INPUT", { message: "This cannot be.", detail: "seen by the log alone" });
    },
    missing: () => null,
    instant: () => new Date("2026-11-24T00:00:00.987Z"),
  },
  Citizen: {
    name: () => "Gulnar",
    record: () => ({ text: "flu" }),
    mixed: () => "mixed",
    friend: () => ({ id: citizenId("stranger") }),
    diagnosis: () => "none",
    vault: () => ({ id: "1", what: "gold" }),
    oldest: () => ({ __typename: "Letter", what: "dear" }),
    today: (_citizen: unknown, _arguments: unknown, { today }: SubgraphContext) => today,
  },
  Vault: { __resolveReference: ({ id }: { id: string }) => ({ id, what: "gold" }) },
};

export interface Fixture {
  readonly endpoint: string;
  readonly gateway: TestGateway;
  /** Everything that was logged so far. */
  logged(): string;
  close(): Promise<void>;
}

export interface FixtureOptions {
  /** What its clock shows. */
  readonly instant?: string;
  /** Where replicas remember calls together. */
  readonly shared?: KeyValueStore;
  /** The gateway whose calls count; one of its own unless given. */
  readonly gateway?: TestGateway;
  readonly callKey?: CallKey;
}

/** Starts the subgraph `fixture`. */
export async function startFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const { instant = "2026-11-24T15:59:59Z", shared, callKey = testCallKey } = options;
  const gateway = options.gateway ?? (await startTestGateway());
  const sink = new PassThrough();
  const lines: string[] = [];
  sink.on("data", (chunk) => lines.push(String(chunk)));
  const app = createHttpServer({ log: createLogger("fixture", "debug", sink), ready: {} });
  mountSubgraph(app, {
    name: "fixture",
    sdl,
    resolvers,
    loaders: () => null,
    callKey,
    shared,
    gateway: { issuer: gateway.url, keys: gatewayKeys(gateway.url) },
    clock: () => new Date(instant),
  });
  const url = await app.listen({ port: 0, host: "localhost" });
  return {
    endpoint: `${url}/graphql`,
    gateway,
    logged: () => lines.join(""),
    close: async () => {
      await app.close();
      if (!options.gateway) await gateway.close();
    },
  };
}
