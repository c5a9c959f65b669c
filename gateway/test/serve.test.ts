/** `npm run federation:serve`, as a person starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../../platform/test/browser.ts";
import { freePort } from "../../platform/test/ports.ts";

const main = fileURLToPath(new URL("../serve/main.ts", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

/** A subgraph that answers each field with the Authorization header that came with it. */
let subgraph: Server;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "serve-"));
  subgraph = createServer(async (request, response) => {
    const field = /\b(whoami|before|after)\b/.exec(await bodyOf(request))?.[0] ?? "";
    const value = request.headers.authorization ?? "nobody";
    response.setHeader("content-type", "application/json").end(JSON.stringify({ data: { [field]: value } }));
  }).listen(0, "localhost");
  await once(subgraph, "listening");
});
afterAll(async () => {
  subgraph.close();
  await rm(folder, { recursive: true });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

function supergraph(fields: string): string {
  const { port } = subgraph.address() as AddressInfo;
  const typeDefs = parse(`type Query { ${fields} }`);
  const { supergraphSdl } = composeServices([{ name: "echo", url: `http://localhost:${port}/graphql`, typeDefs }]);
  return supergraphSdl ?? "";
}

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
  return file;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly process: ChildProcess;
  /** The first line on standard output. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<Ended>;
  /** Standard error so far. */
  complaints(): string;
}

function serve(...args: string[]): Started {
  const child = spawn(process.execPath, [main, ...args], { cwd: root, env: { PATH: process.env.PATH } });
  let out = "";
  let err = "";
  const first = Promise.withResolvers<string>();
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
    if (out.includes("\n")) first.resolve(out.split("\n", 1)[0] ?? "");
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  const ended = once(child, "close").then(([code]: (number | null)[]) => ({ code: code ?? null, out, err }));
  ended.then(() => first.reject(new Error(err)), first.reject);
  first.promise.catch(() => {});
  return { process: child, firstLine: first.promise, ended, complaints: () => err };
}

async function ask(port: number, query: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`http://localhost:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query }),
  });
  return await response.json();
}

describe("federation:serve", () => {
  it("says one line when it is ready, serves everybody, follows the file, and stops when told to", async () => {
    const port = await freePort();
    const file = await write("supergraph.graphql", supergraph("whoami: String before: String"));
    const served = serve("--supergraph", file, "--port", String(port));
    expect(await served.firstLine).toBe(`listening on http://localhost:${port}/graphql`);
    expect((await fetch(`http://localhost:${port}/health/ready`)).status).toBe(200);

    expect(await ask(port, "{ whoami }")).toEqual({ data: { whoami: "nobody" } });
    const authorization = "Basic YTpi";
    expect(await ask(port, "{ whoami }", { authorization })).toEqual({ data: { whoami: authorization } });

    await write("supergraph.graphql", supergraph("whoami: String after: String"));
    await expect.poll(() => ask(port, "{ after }"), { timeout: 20_000 }).toEqual({ data: { after: "nobody" } });
    expect(await ask(port, "{ before }")).toMatchObject({
      errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }],
    });

    await write("supergraph.graphql", "type Query { broken: Int }");
    await expect.poll(served.complaints, { timeout: 20_000 }).toContain("the new supergraph is refused");
    expect(await ask(port, "{ after }")).toEqual({ data: { after: "nobody" } });

    served.process.kill("SIGINT");
    const { code, out } = await served.ended;
    expect(code).toBe(0);
    expect(out).toBe(`listening on http://localhost:${port}/graphql\n`);
  });

  it("runs documents that the city would refuse as too large", async () => {
    const port = await freePort();
    const served = serve(
      "--supergraph",
      await write("large.graphql", supergraph("whoami: String")),
      "--port",
      String(port),
    );
    await served.firstLine;
    const aliases = Array.from({ length: 1_000 }, (_, i) => `a${i}: __typename`).join(" ");
    expect(await ask(port, `{ ${aliases} }`)).toMatchObject({ data: { a999: "Query" } });
    served.process.kill("SIGTERM");
    expect((await served.ended).code).toBe(0);
  });

  it("has a page on which to try queries", async () => {
    const port = await freePort();
    const served = serve(
      "--supergraph",
      await write("page.graphql", supergraph("whoami: String")),
      "--port",
      String(port),
    );
    await served.firstLine;
    const browser = await launchBrowser();
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", ({ message }) => faults.push(message));
    await page.goto(`http://localhost:${port}/graphql?query=${encodeURIComponent("{ whoami }")}`);
    await page.locator(".graphiql-query-editor .view-lines").waitFor();
    await page.locator(".graphiql-execute-button").click();
    await expect.poll(() => page.locator(".result-window .view-lines").textContent()).toContain("nobody");
    expect(faults).toEqual([]);
    await browser.close();
    served.process.kill("SIGTERM");
    await served.ended;
  });

  it("explains itself", async () => {
    const { code, out } = await serve("--help").ended;
    expect(code).toBe(0);
    expect(out).toMatch(/--supergraph FILE/);
  });

  it.each([
    ["no file", [], /--supergraph FILE is missing/],
    ["a file that is not there", ["--supergraph", "nowhere.graphql"], /there is no file .*nowhere\.graphql/],
    ["a folder", ["--supergraph", "schema"], /schema cannot be read/],
    ["a flag that it does not know", ["--supergraf", "x"], /Unknown option '--supergraf'\. --help says how/],
    ["a port that is none", ["--supergraph", "x", "--port", "99999"], /--port takes a number from 1 to 65535/],
    [
      "SDL of a subgraph",
      ["--supergraph", "schema/pension.graphql"],
      /pension\.graphql holds no supergraph .*\(The schema is not a valid GraphQL schema\)/,
    ],
    ["a file that is no SDL", ["--supergraph", "package.json"], /package\.json holds no supergraph .*\(Syntax Error/],
  ])("refuses %s in one sentence", async (_what, args, sentence) => {
    const { code, out, err } = await serve(...args).ended;
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(sentence);
    expect(err.trimEnd()).not.toContain("\n");
  });

  it("says so when the port is taken", async () => {
    const { port } = subgraph.address() as AddressInfo;
    const file = await write("taken.graphql", supergraph("whoami: String"));
    const { code, err } = await serve("--supergraph", file, "--port", String(port)).ended;
    expect(code).toBe(1);
    expect(err).toBe(
      `federation:serve cannot start: port ${port} is taken. Stop what listens there, or choose another port.\n`,
    );
  });
});
