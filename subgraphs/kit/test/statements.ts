/** Counts what a question costs a department's database. */
import { readFileSync } from "node:fs";
import { type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from "graphql";
import { createHttpServer } from "../../../platform/http.ts";
import { createLogger } from "../../../platform/log.ts";
import type { Queryable } from "../../../platform/postgres.ts";
import type { Caller } from "../../../trust/caller.ts";
import { gatewayKeys } from "../gateway-keys.ts";
import { type SubgraphResolvers, subgraphSchema } from "../resolvers.ts";
import { mountSubgraph } from "../subgraph.ts";
import type { TestDepartment } from "./department.ts";
import { type Answer, testCallKey } from "./gateway.ts";

/** What makes up a department, without its process. */
export interface DepartmentParts<Loaders> {
  readonly name: string;
  readonly resolvers: SubgraphResolvers<Loaders>;
  readonly loaders: (database: Queryable, caller: Caller) => Loaders;
}

export interface Counted {
  /** SQL statements that the question cost. */
  readonly statements: number;
  readonly answer: Answer;
}

/**
 * Asks for every field of these citizens in one `_entities` call, on the department's real resolvers, readers
 * and database. Here, and only here, one caller may read them all.
 */
export async function askForEverything<Loaders>(
  { name, resolvers, loaders }: DepartmentParts<Loaders>,
  { database, gateway }: TestDepartment,
  citizenIds: readonly string[],
): Promise<Counted> {
  const sdl = readFileSync(new URL(`../../../schema/${name}.graphql`, import.meta.url), "utf8");
  let statements = 0;
  const counting: Queryable = {
    query: (text, values) => {
      statements += 1;
      return database.query(text, values);
    },
  };
  const app = createHttpServer({ log: createLogger(name, "silent"), ready: {} });
  mountSubgraph(app, {
    name,
    sdl,
    resolvers,
    loaders: (caller) => loaders(counting, caller),
    gateway: { issuer: gateway.url, keys: gatewayKeys(gateway.url) },
    callKey: testCallKey,
    mayRead: () => true,
  });
  try {
    const endpoint = `${await app.listen({ port: 0, host: "localhost" })}/graphql`;
    const query = `query ($references: [_Any!]!) { _entities(representations: $references) { ... on Citizen ${everyField(subgraphSchema(sdl, resolvers))} } }`;
    const references = citizenIds.map((id) => ({ __typename: "Citizen", id }));
    const answer = await gateway.ask(endpoint, name, "nobody", query, { references });
    return { statements, answer };
  } finally {
    await app.close();
  }
}

/** A selection of every field under `Citizen`; no type of the city's departments leads back to itself. */
function everyField(schema: GraphQLSchema): string {
  const select = (type: GraphQLObjectType): string => {
    const fields = Object.values(type.getFields()).map((field) => {
      const below = getNamedType(field.type);
      return isObjectType(below) ? `${field.name} ${select(below)}` : field.name;
    });
    return `{ ${fields.join(" ")} }`;
  };
  const citizen = schema.getType("Citizen");
  if (!isObjectType(citizen)) throw new Error("this subgraph adds nothing to Citizen");
  return select(citizen);
}
