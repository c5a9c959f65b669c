import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../platform/log.ts";
import { createDatabase, type Database } from "../../../platform/postgres.ts";
import { createTestDatabase, type TestDatabase } from "../../../platform/test/database.ts";
import { freePort } from "../../../platform/test/ports.ts";
import { citizenId } from "./citizens.ts";
import { startTestGateway, type TestGateway, testCallKeyText } from "./gateway.ts";

const kit = fileURLToPath(new URL("..", import.meta.url));
const reader = citizenId("reader");

let files: Map<string, string>;
let folder: string;
let gateway: TestGateway;
let server: TestDatabase;
let database: Database;
let library: ChildProcess;
let endpoint: string;

/** The code blocks of the README, by the file name that introduces each. */
async function codeOfReadme(): Promise<Map<string, string>> {
  const text = await readFile(join(kit, "README.md"), "utf8");
  return new Map(
    [...text.matchAll(/`([\w/.-]+)`:\n\n```\w+\n(.*?)```/gs)].map(([, name = "", code = ""]) => [name, code]),
  );
}

beforeAll(async () => {
  files = await codeOfReadme();
  folder = await mkdtemp(join(tmpdir(), "huimin-readme-"));
  await symlink(kit, join(folder, "kit"));
  for (const [name, code] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), code);
  }
  gateway = await startTestGateway();
  server = await createTestDatabase();
  database = createDatabase({ url: server.url, schema: "library", log: createLogger("test", "silent") });
  const port = await freePort();
  endpoint = `http://localhost:${port}/graphql`;
  library = spawn(process.execPath, [join(folder, "library/main.ts")], {
    env: {
      HUIMIN_PORT: String(port),
      HUIMIN_GATEWAY_URL: gateway.url,
      HUIMIN_CALL_KEY: testCallKeyText,
      DATABASE_URL: server.url,
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [message] = await once(library, "message");
  expect(message).toMatchObject({ type: "ready" });
});

afterAll(async () => {
  if (library.exitCode === null) {
    library.kill("SIGTERM");
    await once(library, "exit");
  }
  await database.close();
  await server.drop();
  await gateway.close();
  await rm(folder, { recursive: true });
});

const query = `query ($references: [_Any!]!) {
  _entities(representations: $references) { ... on Citizen { loans { title dueOn overdue } } } }`;

describe("the fifth subgraph of the README", () => {
  it("takes fewer than 30 lines", () => {
    const lines = [...files.values()].join("").trimEnd().split("\n");
    expect([...files.keys()]).toEqual(["library/main.ts", "library/migrations/0001-loans.sql"]);
    expect(lines.length).toBeLessThan(30);
  });

  it("answers a citizen's question from its own database", async () => {
    await database.query("INSERT INTO loan VALUES ($1, 'Kutadgu Bilig', '2020-01-31')", [reader]);
    const references = [{ __typename: "Citizen", id: reader }];
    expect(await gateway.ask(endpoint, "library", reader, query, { references })).toEqual({
      data: { _entities: [{ loans: [{ title: "Kutadgu Bilig", dueOn: "2020-01-31", overdue: true }] }] },
    });
  });

  it("keeps everybody else out, though it says not a word about rights", async () => {
    const references = [{ __typename: "Citizen", id: reader }];
    const answer = await gateway.ask(endpoint, "library", citizenId("curious"), query, { references });
    expect(answer).toMatchObject({ data: { _entities: [null] }, errors: [{ extensions: { code: "FORBIDDEN" } }] });
    expect((await fetch(endpoint)).status).toBe(401);
  });

  it("stops in order when it is told to", async () => {
    library.kill("SIGTERM");
    expect(await once(library, "exit")).toEqual([0, null]);
  });
});
