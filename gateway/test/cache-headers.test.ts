import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { eventKinds, eventTokenMediaType, signEventToken } from "../../trust/event-token.ts";
import { createGateway } from "../server.ts";
import { type Places, placesSupergraph, startPlaces } from "./cached-places.ts";
import { gatewayConfig, newCitizenId, ready } from "./city.ts";
import { type EventKeys, startEventKeys } from "./event-keys.ts";
import { accessToken, startIssuer, type TestIssuer } from "./issuer.ts";

let places: Places;
let issuer: TestIssuer;
let keys: EventKeys;
let folder: string;
let gateway: Awaited<ReturnType<typeof createGateway>>;

beforeAll(async () => {
  places = await startPlaces();
  issuer = await startIssuer();
  keys = await startEventKeys();
  folder = await mkdtemp(join(tmpdir(), "huimin-supergraph-"));
  const file = join(folder, "supergraph.graphql");
  await writeFile(file, placesSupergraph());
  const subgraphs = Object.fromEntries([...places.addresses].map(([name, url]) => [name, url.href]));
  const settings = { HUIMIN_SUPERGRAPH: file, HUIMIN_EVENT_KEYS: `places=${keys.url},hours=${keys.url}` };
  const config = await gatewayConfig({ port: await freePort(), issuer: issuer.url, subgraphs, settings });
  gateway = await createGateway(config, createLogger("gateway", "silent"));
  await ready(gateway.url);
});
afterAll(async () => {
  await gateway.close();
  await places.close();
  await issuer.stop();
  await keys.close();
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

describe("an event of a subgraph", () => {
  async function send(subgraph: string, tags: readonly string[]): Promise<number> {
    const signer = { subgraph, key: keys.privateKey, keyId: keys.keyId };
    const now = Math.floor(Date.now() / 1000);
    const events = { [eventKinds.invalidation]: { tags } };
    const body = await signEventToken(signer, gateway.url, crypto.randomUUID(), events, now);
    const headers = { "content-type": eventTokenMediaType };
    return (await fetch(`${gateway.url}/events`, { method: "POST", headers, body })).status;
  }

  /** What the subgraphs are asked for one more query. */
  async function askedFor(query: string): Promise<number> {
    places.asked.length = 0;
    await ask(query);
    return places.asked.length;
  }

  it("makes its own answers be asked for again, and no other subgraph's", async () => {
    const query = "{ notices { text inherits { note } } }";
    await expect.poll(() => askedFor(query)).toBe(0);
    expect(await send("hours", ["*"])).toBe(202);
    expect(await askedFor(query)).toBe(0);
    expect(await send("places", ["Notice"])).toBe(202);
    await expect.poll(() => askedFor(query)).toBe(1);
  });
});
