/** A department for tests: the real service on a database of its own, behind a test gateway. */
import type { RunningService } from "../../../platform/lifecycle.ts";
import { createLogger, type Logger } from "../../../platform/log.ts";
import { createDatabase, type Database } from "../../../platform/postgres.ts";
import { createTestDatabase } from "../../../platform/test/database.ts";
import { testRedisUrl } from "../../../platform/test/redis.ts";
import type { Caller } from "../../../trust/caller.ts";
import type { WithheldData } from "../../../trust/delegation.ts";
import type { Clock } from "../clock.ts";
import type { SubgraphConfig } from "../service.ts";
import { citizenId as pseudonymOf } from "./citizens.ts";
import { type Answer, startTestGateway, type TestGateway, testCallKey } from "./gateway.ts";

export interface TestDepartment {
  /** Its GraphQL endpoint. */
  readonly endpoint: string;
  readonly gateway: TestGateway;
  /** Its schema, migrated. */
  readonly database: Database;
  /** Resolves references to these citizens in one `_entities` call of `subject`; `fields` are Citizen's. */
  entities(subject: string, citizenIds: readonly string[], fields: string): Promise<Answer>;
  /** Asks for a citizen's fields as somebody who acts for her, from whom `withheld` is kept. */
  actingFor(citizenId: string, withheld: readonly WithheldData[], fields: string): Promise<Answer>;
  /** The one citizen's own fields; fails on errors. */
  own(citizenId: string, fields: string): Promise<Answer["data"]>;
  close(): Promise<void>;
}

type Start = (config: SubgraphConfig, log: Logger, clock: Clock) => Promise<RunningService>;

/** Starts a department on the day `today`, `YYYY-MM-DD`. */
export async function startTestDepartment(name: string, start: Start, today: string): Promise<TestDepartment> {
  const { url: databaseUrl, drop } = await createTestDatabase();
  const gateway = await startTestGateway();
  const log = createLogger(name, "silent");
  const config = {
    logLevel: "silent",
    host: "localhost",
    port: 0,
    gatewayUrl: gateway.url,
    databaseUrl,
    redisUrl: testRedisUrl,
    callKey: testCallKey,
  } as const;
  const clock = () => new Date(`${today}T12:00:00+08:00`);
  const service = await start(config, log, clock);
  const database = createDatabase({ url: databaseUrl, schema: name, log });
  const endpoint = `${service.url}/graphql`;
  const ask = (subject: string, citizenIds: readonly string[], fields: string, caller?: Partial<Caller>) => {
    const query = `query ($references: [_Any!]!) { _entities(representations: $references) { ... on Citizen { ${fields} } } }`;
    const references = citizenIds.map((id) => ({ __typename: "Citizen", id }));
    return gateway.ask(endpoint, name, subject, query, { references }, caller);
  };
  return {
    endpoint,
    gateway,
    database,
    entities: (subject, citizenIds, fields) => ask(subject, citizenIds, fields),
    actingFor: (citizenId, withheld, fields) =>
      ask(citizenId, [citizenId], fields, { actor: pseudonymOf("guardian"), withheld: new Set(withheld) }),
    own: async (citizenId, fields) => {
      const { data, errors } = await ask(citizenId, [citizenId], fields);
      if (errors) throw new Error(`refused: ${JSON.stringify(errors)}`);
      return data._entities[0];
    },
    close: async () => {
      await service.close();
      await gateway.close();
      await database.close();
      await drop();
    },
  };
}
