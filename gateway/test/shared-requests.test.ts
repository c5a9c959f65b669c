import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

/** In the place of employment: says for whom it was asked, and not before the test lets it. */
let employment: Server;
let city: TestCity;
const held: (() => void)[] = [];

beforeAll(async () => {
  employment = createServer(async (request, response) => {
    const { representations } = JSON.parse(await text(request)).variables;
    const asker = decodeJwt(String(request.headers["txn-token"])).sub;
    const entities = representations.map(() => ({ employment: { job: { employer: asker } } }));
    held.push(() => response.end(JSON.stringify({ data: { _entities: entities } })));
  }).listen(0, "localhost");
  await once(employment, "listening");
  city = await startCity({
    elsewhere: { employment: `http://localhost:${(employment.address() as AddressInfo).port}/graphql` },
  });
});
afterAll(async () => {
  await city.close();
  employment.close();
});
beforeEach(() => {
  held.length = 0;
  city.subgraphs.citizen.calls.length = 0;
});

/** Answers once everybody's request is on its way. */
async function answerAll(calls: number): Promise<void> {
  await expect.poll(() => held.length).toBe(calls);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(held).toHaveLength(calls);
  for (const answer of held.splice(0)) answer();
}

it("the same query of one token, while it runs, is carried out once", async () => {
  const ann = newCitizenId();
  const token = await city.token(ann);
  const ask = () => city.query("{ me { employment { job { employer } } } }", { token });
  const answers = Array.from({ length: 10 }, ask);
  await answerAll(1);
  for (const { data } of await Promise.all(answers))
    expect(data).toEqual({ me: { employment: { job: { employer: ann } } } });
  expect(city.subgraphs.citizen.calls).toHaveLength(1);
  const later = ask();
  await answerAll(1);
  expect((await later).data).toEqual({ me: { employment: { job: { employer: ann } } } });
});

it("the same query of many citizens, at the same moment, gives each her own", async () => {
  const citizens = Array.from({ length: 10 }, newCitizenId);
  const tokens = await Promise.all(citizens.map((citizen) => city.token(citizen)));
  const answers = tokens.flatMap((token) =>
    [0, 1].map(() => city.query("{ me { employment { job { employer } } } }", { token })),
  );
  await answerAll(10);
  for (const [index, { data }] of (await Promise.all(answers)).entries()) {
    expect(data).toEqual({ me: { employment: { job: { employer: citizens[Math.floor(index / 2)] } } } });
  }
});

it("the same query through another client of the same citizen is another one", async () => {
  const ann = newCitizenId();
  const tokens = await Promise.all([city.token(ann), city.token(ann, { claims: { client_id: "other" } })]);
  const answers = tokens.map((token) => city.query("{ me { employment { job { employer } } } }", { token }));
  await answerAll(2);
  await Promise.all(answers);
});
