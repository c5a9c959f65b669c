import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { createGateway } from "../server.ts";
import { type Places, placesSupergraph, startPlaces } from "./cached-places.ts";
import { gatewayConfig, newCitizenId, ready } from "./city.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";

let places: Places;
let issuer: TestIssuer;
let folder: string;
let gateway: Awaited<ReturnType<typeof createGateway>>;

beforeAll(async () => {
  places = await startPlaces();
  issuer = await startIssuer();
  folder = await mkdtemp(join(tmpdir(), "huimin-supergraph-"));
  const file = join(folder, "supergraph.graphql");
  await writeFile(file, placesSupergraph());
  const subgraphs = Object.fromEntries([...places.addresses].map(([name, url]) => [name, url.href]));
  const settings = { HUIMIN_SUPERGRAPH: file };
  const config = await gatewayConfig({ port: await freePort(), issuer: issuer.url, subgraphs, settings });
  gateway = await createGateway(config, createLogger("gateway", "silent"));
  await ready(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await places.close();
  await issuer.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  places.headers = {};
  places.failing = "no";
});

async function ask(query: string, subject = newCitizenId()) {
  const claims = { scope: "places:read hours:read" };
  const token = await accessToken(issuer, `${gateway.url}/graphql`, subject, { claims });
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { headers } = response;
  const { data } = (await response.json()) as { data: unknown };
  return { data, control: headers.get("cache-control"), age: headers.get("age"), vary: headers.get("vary") };
}

describe("the headers of an answer", () => {
  it("say for how long it holds, and for whom", async () => {
    expect(await ask("{ notices { text } }")).toMatchObject({ control: "public, max-age=60", age: "0" });
    expect(await ask("{ mine { text } }")).toMatchObject({ control: "private, max-age=60", age: "0" });
    expect(await ask("{ notices { text short } mine { text } }")).toMatchObject({ control: "private, max-age=5" });
  });

  it("say the shortest life and the highest age of all parts, from several subgraphs", async () => {
    places.headers = { age: "3" };
    const { data, control, age } = await ask("{ offices { id name hours } }");
    expect(data).toMatchObject({ offices: [{ name: "Office 1", hours: "1 to 17" }, { name: "Office 2" }] });
    expect([control, age]).toEqual(["private, max-age=60", "3"]);
  });

  it("forbid keeping as soon as one part must not be kept, or has an error", async () => {
    const never = "private, no-store";
    expect((await ask("{ notices { text } count }")).control).toBe(never);
    places.headers = { "cache-control": "no-store" };
    expect((await ask("{ notices { inherits { note } } }")).control).toBe(never);
    places.headers = {};
    places.failing = "in part";
    expect((await ask("{ notices { text inherits { note } } }")).control).toBe(never);
  });

  it("tell a browser of two citizens to keep their answers apart", async () => {
    expect((await ask("{ mine { text } }")).vary?.toLowerCase()).toContain("authorization");
  });
});
