import { createPublicKey, type JsonWebKey } from "node:crypto";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CallEvidence, callEvidence, proveAnswer, proveCall } from "../../trust/call-evidence.ts";
import { answerVerifier, callKey } from "../../trust/call-keys.ts";
import { ecdsaP256Verifier, hmacSha256 } from "../../trust/http-signature.ts";
import { firstVersion, governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";
import { companyCallKey, sharedCallKey, subgraphNames } from "./subgraphs.ts";

const key = Buffer.alloc(32, 9).toString("base64url");
const query = "{ me { coverage { scheme } } }";

interface Passing {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** What it answers, and the token that went with that. */
  readonly asked: { readonly body: Buffer; readonly token: string };
}

let city: TestCity;
let between: Server;
/** What whoever stands between the gateway and the health department does to an answer. */
let tamper: (answer: Passing) => Passing = (answer) => answer;
/** Where it passes calls on. */
let target = () => city.subgraphs.health.url;
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

async function contentOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function passOn(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const asked = { body: await contentOf(incoming), token: String(incoming.headers["txn-token"]) };
  const onward = request(target(), { method: "POST", headers: incoming.headers }, async (response) => {
    const {
      "content-length": _length,
      "transfer-encoding": _encoding,
      connection: _connection,
      ...headers
    } = response.headers as Record<string, string>;
    const answer = { status: response.statusCode ?? 0, headers, body: String(await contentOf(response)), asked };
    passed.push(answer);
    const { status, headers: sent, body } = tamper({ ...answer });
    outgoing.writeHead(status, sent).end(body);
  });
  onward.end(asked.body);
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
    ["without a signature", (answer) => ({ ...answer, headers: {} }), "there is no signature"],
    [
      "by somebody who is in the way and says that it cannot be reached, in words of his own",
      (answer) => ({ ...answer, status: 503, headers: {} }),
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
    tamper = (answer) => earlier ?? answer;
    expect(await ask()).toEqual(lost);
  });
});

describe("a call to a company", () => {
  it("leaves signatures and digests behind, by which both can prove it, and nothing of what was said", async () => {
    const company = await startCity({
      elsewhere: { utilities: `http://localhost:${(between.address() as AddressInfo).port}/graphql` },
      settings: {
        HUIMIN_SECTORS: "utilities=waterco",
        HUIMIN_PSEUDONYM_KEY: key,
        HUIMIN_SUBGRAPH_KEYS: subgraphNames
          .map((name) => `${name}=${name === "utilities" ? companyCallKey.gateway : sharedCallKey}`)
          .join(","),
      },
      sectors: { government: firstVersion, waterco: firstVersion },
    });
    target = () => company.subgraphs.utilities.url;
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
      expect(lines[0]).not.toMatch(/1234|hm1_|eyJ/);
      const evidence = callEvidence.parse(JSON.parse(lines[0] ?? "").evidence);
      expect(evidence.subgraph).toBe("utilities");
      await proves(evidence, company.gatewayUrl);
    } finally {
      await company.close();
    }
  });
});

/** By public keys alone: what was asked and answered is proven, and nothing else. */
async function proves(evidence: CallEvidence, gatewayUrl: string): Promise<void> {
  const [{ body, asked } = { body: "", asked: { body: Buffer.alloc(0), token: "" } }] = passed;
  const companyKey = answerVerifier("utilities", callKey.parse(companyCallKey.gateway));
  proveAnswer(evidence, Buffer.from(body), companyKey);
  expect(() => proveAnswer(evidence, Buffer.from(body.replace("1234", "9999")), companyKey)).toThrow();
  expect(() => proveAnswer(evidence, Buffer.from(body), hmacSha256("utilities", Buffer.alloc(32)))).toThrow();
  const { keys } = (await (await fetch(`${gatewayUrl}/.well-known/jwks.json`)).json()) as { keys: [JsonWebKey] };
  const gatewayKey = createPublicKey({ key: keys[0], format: "jwk" });
  const findKey = (keyId: string) => ecdsaP256Verifier(keyId, gatewayKey);
  await proveCall(evidence, asked, findKey);
  await expect(proveCall(evidence, { ...asked, body: Buffer.from("{}") }, findKey)).rejects.toThrow();
  await expect(proveCall(evidence, { ...asked, token: "another" }, findKey)).rejects.toThrow();
}
