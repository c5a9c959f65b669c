import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";
import { sharedCallKey, subgraphNames } from "./subgraphs.ts";

const key = Buffer.alloc(32, 9).toString("base64url");
const query = "{ me { coverage { scheme } } }";

interface Passing {
  status: number;
  headers: Record<string, string>;
  body: string;
}

let city: TestCity;
let between: Server;
/** What whoever stands between the gateway and the health department does to an answer. */
let tamper: (answer: Passing) => Passing = (answer) => answer;
/** Every answer that passed by. */
let passed: Passing[] = [];

beforeAll(async () => {
  between = createServer(passOn).listen(0, "localhost");
  await new Promise((resolve) => between.once("listening", resolve));
  city = await startCity({
    elsewhere: { health: `http://localhost:${(between.address() as AddressInfo).port}/graphql` },
    settings: { HUIMIN_SUBGRAPH_KEYS: subgraphNames.map((name) => `${name}=${sharedCallKey}`).join(",") },
  });
});
afterAll(async () => {
  await city.close();
  between.close();
});
afterEach(() => {
  tamper = (answer) => answer;
  passed = [];
});

function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const onward = request(city.subgraphs.health.url, { method: "POST", headers: incoming.headers }, async (response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const {
      "content-length": _length,
      "transfer-encoding": _encoding,
      connection: _connection,
      ...headers
    } = response.headers as Record<string, string>;
    const answer = { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString() };
    passed.push(answer);
    const { status, headers: sent, body } = tamper({ ...answer });
    outgoing.writeHead(status, sent).end(body);
  });
  incoming.pipe(onward);
}

async function ask() {
  const { data, errors = [] } = await city.query(query, { token: await city.token(newCitizenId()) });
  return { data, codes: errors.map(({ extensions }) => extensions.code) };
}

const lost = { data: { me: { coverage: null } }, codes: ["SUBGRAPH_UNAVAILABLE"] };

describe("the answer of a subgraph", () => {
  it("counts when it comes as it was signed", async () => {
    expect(await ask()).toEqual({ data: { me: { coverage: { scheme: "RESIDENT" } } }, codes: [] });
    expect(passed[0]?.headers).toHaveProperty("signature");
  });

  const cases: [string, (answer: Passing) => Passing, string][] = [
    [
      "with another body",
      (answer) => ({ ...answer, body: answer.body.replace("RESIDENT", "EMPLOYEE") }),
      "not the one",
    ],
    ["with another status", (answer) => ({ ...answer, status: 201 }), "does not fit"],
    ["without a signature", ({ status, body }) => ({ status, body, headers: {} }), "there is no signature"],
    [
      "by somebody who is in the way and says that it cannot be reached, in words of his own",
      ({ body }) => ({ status: 503, body, headers: {} }),
      "there is no signature",
    ],
  ];

  it.each(cases)("does not count %s, and the log says whose it was and why", async (_name, change, why) => {
    const before = city.logged().length;
    tamper = change;
    expect(await ask()).toEqual(lost);
    const line = city.logged().slice(before);
    expect(line).toContain('"subgraph":"health"');
    expect(line).toContain(why);
    expect(line).not.toContain("RESIDENT");
  });

  it("does not count as the answer to another call", async () => {
    await ask();
    const [earlier] = passed;
    tamper = () => earlier ?? { status: 500, headers: {}, body: "" };
    expect(await ask()).toEqual(lost);
  });
});

describe("a call to a company", () => {
  it("leaves signatures and digests behind, by which both can prove it, and nothing of what was said", async () => {
    const company = await startCity({
      settings: { HUIMIN_SECTORS: "utilities=waterco", HUIMIN_PSEUDONYM_KEY: key },
      sectors: {
        government: { issued: 1, accepted: [1] },
        waterco: { issued: 1, accepted: [1] },
      },
    });
    try {
      const citizen = sectorPseudonyms(Buffer.from(key, "base64url"), governmentSector).seal(crypto.randomUUID());
      const token = await company.token(citizen);
      const { data } = await company.query("{ me { amountDue { amount } coverage { scheme } } }", { token });
      expect(data).toMatchObject({ me: { amountDue: { amount: 1234 } } });
      const lines = company
        .logged()
        .split("\n")
        .filter((line) => line.includes("signed call"));
      expect(lines).toHaveLength(1);
      const { evidence } = JSON.parse(lines[0] ?? "");
      const signature = {
        "content-digest": expect.stringMatching(/^sha-256=:/),
        "signature-input": expect.stringMatching(/^huimin=\(/),
        signature: expect.stringMatching(/^huimin=:/),
      };
      expect(evidence).toEqual({
        subgraph: "utilities",
        call: signature,
        answer: { ...signature, status: 200, contentType: expect.stringMatching(/^application\/json/) },
      });
      expect(lines[0]).not.toMatch(/1234|hm1_|eyJ/);
    } finally {
      await company.close();
    }
  });
});
