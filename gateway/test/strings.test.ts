/** Strings on their way from a subgraph to the client: whatever is in them, and however the subgraph writes it. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

/** In the place of health answers with this text. */
let answer = "";
let health: Server;
let city: TestCity;
let token: string;

beforeAll(async () => {
  health = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }).listen(0, "localhost");
  await once(health, "listening");
  const { port } = health.address() as AddressInfo;
  city = await startCity({ elsewhere: { health: `http://localhost:${port}/graphql` } });
  token = await city.token(newCitizenId());
});
afterAll(async () => {
  await city.close();
  health.closeAllConnections();
  health.close();
});

/** What a client reads where the subgraph has written `json`, a string as JSON text. */
async function throughGateway(json: string): Promise<unknown> {
  answer = `{"data":{"_entities":[{"lastEncounter":{"serviceProvider":${json}}}]}}`;
  const { data } = await city.query("{ me { lastEncounter { serviceProvider } employment { status } } }", { token });
  const { me } = data as { me: { lastEncounter: { serviceProvider: unknown } } };
  return me.lastEncounter.serviceProvider;
}

/** Each code unit as an escape, as some JSON libraries write all that is not ASCII. */
function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")}"`;
}

describe("a string of a subgraph", () => {
  it.each(['"', "\\", "\n", "\u0000", "\u2028", "😀", "\ud800", "市第一人民医院", "شەھەرلىك دوختۇرخانا"])(
    "reaches the client as it is: %j",
    async (text) => {
      expect(await throughGateway(JSON.stringify(text))).toBe(text);
      expect(await throughGateway(escaped(text))).toBe(text);
    },
  );

  it("reaches the client whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 40 }), fc.boolean(), async (text, allEscaped) => {
        expect(await throughGateway(allEscaped ? escaped(text) : JSON.stringify(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});
