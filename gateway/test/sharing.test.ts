import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { HuiminError } from "../../trust/errors.ts";
import type { Admission, Errand } from "../admission/admit.ts";
import { type Boundary, createBoundary, type SubgraphRequest } from "../boundary/boundary.ts";
import { type Credentials, forwardedCredentials } from "../boundary/credentials.ts";
import { createShare, flightKey, headersKey } from "../boundary/in-flight.ts";
import { requestKey } from "../boundary/shared-requests.ts";

/** A subgraph that answers with what it was asked and by whom, when the test says so. */
let server: Server;
let url: URL;
const waiting: (() => void)[] = [];
const seen: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
let boundary: Boundary | undefined;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { headers } = request;
    const body = await text(request);
    seen.push({ headers, body });
    const data = { asker: headers["x-asker"] ?? headers.authorization ?? null, body, url: request.url };
    waiting.push(() => response.end(JSON.stringify({ data })));
  }).listen(0, "localhost");
  await new Promise((resolve) => server.once("listening", resolve));
  url = new URL(`http://localhost:${(server.address() as AddressInfo).port}/`);
});
afterEach(async () => {
  await boundary?.close();
  boundary = undefined;
  waiting.length = 0;
  seen.length = 0;
});
afterAll(() => server.close());

const log = createLogger("test", "silent");

function errand(authorization?: string): Errand {
  return { admitted: { kind: "unchecked" }, log, ...(authorization !== undefined && { forwarded: { authorization } }) };
}

function request(query: string, more: Partial<SubgraphRequest> = {}): SubgraphRequest {
  return { kind: "query", query, queryJson: JSON.stringify(query), variables: "", entities: [], ...more };
}

function open(credentials: Credentials): Boundary {
  boundary = createBoundary(
    new Map([
      ["a", new URL("a", url)],
      ["b", new URL("b", url)],
    ]),
    credentials,
  );
  return boundary;
}

/** Lets the subgraph answer once `calls` calls have arrived, and makes sure that no more come. */
async function answerAll(calls: number): Promise<void> {
  await expect.poll(() => waiting.length).toBe(calls);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(waiting).toHaveLength(calls);
  for (const answer of waiting.splice(0)) answer();
}

describe("calls to a subgraph that are the same while the first one runs", () => {
  it("are one call, of which everybody gets a tree of her own", async () => {
    const { call } = open(forwardedCredentials);
    const calls = Array.from({ length: 5 }, () => call("a", request("{ x }"), errand("Bearer 1")));
    await answerAll(1);
    const trees = (await Promise.all(calls)).map(({ data }) => data);
    for (const tree of trees) expect(tree).toEqual(trees[0]);
    expect(new Set(trees).size).toBe(5);
  });

  it("are two calls when the second comes after the answer", async () => {
    const { call } = open(forwardedCredentials);
    for (let times = 0; times < 2; times += 1) {
      const answer = call("a", request("{ x }"), errand());
      await answerAll(1);
      await answer;
    }
    expect(seen).toHaveLength(2);
  });

  it("are never one when they change something", async () => {
    const { call } = open(forwardedCredentials);
    const mutation = request("mutation { x }", { kind: "mutation" });
    const calls = [call("a", mutation, errand()), call("a", mutation, errand())];
    await answerAll(2);
    await Promise.all(calls);
  });

  it("are different for two subgraphs, two texts, two variables, two representations", async () => {
    const { call } = open(forwardedCredentials);
    const entities = (...representations: string[]) => [{ variable: "r", responseName: "_entities", representations }];
    const calls = [
      call("a", request("{ x }"), errand()),
      call("b", request("{ x }"), errand()),
      call("a", request("{ x } "), errand()),
      call("a", request("{ x }", { variables: '"a":1' }), errand()),
      call("a", request("{ x }", { variables: '"a":2' }), errand()),
      call("a", request("{ x }", { entities: entities('{"a":1}') }), errand()),
      call("a", request("{ x }", { entities: entities('{"a":1}', '{"a":2}') }), errand()),
    ];
    await answerAll(7);
    await Promise.all(calls);
  });
});

/** Few and alike, so that two people often differ in one thing only. */
const piece = fc.constantFrom("a", "b", "1:a", "a1:b", " ");

describe("two citizens", () => {
  it("never share an answer: neither by identity, nor by header names and values, nor by text", async () => {
    const person = fc.record({
      identity: fc.constantFrom("a", "b"),
      headers: fc.dictionary(fc.constantFrom("x-asker", "x-other"), fc.constantFrom("a", "b"), { maxKeys: 2 }),
      query: fc.constantFrom("a", "b"),
      variables: fc.constantFrom("", '"a":1'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 2, maxLength: 30 }), async (people) => {
        const queue = [...people];
        const { call } = open(async () => {
          const { headers = {}, identity = "" } = queue.shift() ?? {};
          return { headers, identity };
        });
        const calls = people.map(({ query, variables }) => call("a", request(query, { variables }), errand()));
        const different = new Set(people.map((each) => JSON.stringify([each, Object.entries(each.headers)]))).size;
        await expect.poll(() => waiting.length).toBe(different);
        for (const answer of waiting.splice(0)) answer();
        for (const [index, { data }] of (await Promise.all(calls)).entries()) {
          const asked = people[index];
          expect(data?.asker).toBe(asked?.headers["x-asker"]?.trim() ?? null);
          expect(data?.body).toBe(`{"query":${JSON.stringify(asked?.query)},"variables":{${asked?.variables}}}`);
        }
        await boundary?.close();
        boundary = undefined;
      }),
      { numRuns: 60 },
    );
  });

  it("never share an answer although their headers are the same, when their identities are not", async () => {
    let person = 0;
    const { call } = open(async () => ({ headers: { "x-asker": "same" }, identity: String(person++) }));
    const calls = [call("a", request("{ x }"), errand()), call("a", request("{ x }"), errand())];
    await answerAll(2);
    await Promise.all(calls);
  });

  it("never get one another's refusal", async () => {
    const { call } = open(async ({ forwarded }) => {
      if (forwarded?.authorization === "none") throw new HuiminError("UNAUTHENTICATED");
      return { headers: {}, identity: "" };
    });
    const [refused, answered] = [
      call("a", request("{ x }"), errand("none")),
      call("a", request("{ x }"), errand("some")),
    ];
    await answerAll(1);
    expect(await refused).toMatchObject({ data: null, errors: [{ code: "UNAUTHENTICATED" }] });
    expect((await answered).errors).toEqual([]);
  });

  it("have different keys for whole requests whenever anything differs", () => {
    const admission = fc.oneof(
      piece.map(
        (tokenId): Admission => ({
          admitted: {
            kind: "signed in",
            tokenId,
            level: null,
            signedInAt: null,
            role: null,
            caller: { subject: "s", clientId: "c", scopes: new Set(), expiresAt: 1 },
          },
        }),
      ),
      piece.map((authorization): Admission => ({ admitted: { kind: "unchecked" }, forwarded: { authorization } })),
      fc.constant<Admission>({ admitted: { kind: "unchecked" } }),
      fc.constant<Admission>({ admitted: { kind: "anonymous" } }),
    );
    const one = fc.record({
      generation: piece,
      admission,
      query: piece,
      operationName: fc.option(piece, { nil: undefined }),
      variables: fc.dictionary(piece, fc.oneof(piece, fc.integer({ min: 0, max: 1 })), { maxKeys: 1 }),
    });
    const keyOf = ({ generation, admission, ...request }: typeof one extends fc.Arbitrary<infer T> ? T : never) =>
      requestKey({ generation, admission, request });
    const member = fc.constantFrom("generation", "admission", "query", "operationName", "variables");
    // undefined and a missing member are the same to JSON: a name tells them apart.
    const whole = (value: unknown) => JSON.stringify(value, (_key, member) => (member === undefined ? "none" : member));
    fc.assert(
      fc.property(one, one, member, (a, other, differing) => {
        const b = { ...a, [differing]: other[differing] };
        expect(keyOf(a) === keyOf(b)).toBe(whole(a) === whole(b));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the key of headers", () => {
  it("is that of equal names and values alone, however these are cut out of the same characters", () => {
    const text = fc.string({ unit: fc.constantFrom("1", ":", "a"), maxLength: 2 });
    const headers = fc.dictionary(text, text, { maxKeys: 2 });
    fc.assert(
      fc.property(headers, headers, (some, others) => {
        const same = JSON.stringify(Object.entries(some)) === JSON.stringify(Object.entries(others));
        expect(headersKey(some) === headersKey(others)).toBe(same);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("the key of several texts", () => {
  it("is never that of other texts, however these are cut out of the same characters", () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom("1", "2", ":", "a", " "), maxLength: 4 }), {
      maxLength: 4,
    });
    const cut = (whole: string, places: readonly number[]) => {
      const ends = [...places].sort((a, b) => a - b);
      return [0, ...ends].map((start, index) => whole.slice(start, ends[index] ?? whole.length));
    };
    const places = fc.array(fc.nat(20), { maxLength: 4 });
    const glue = fc.constantFrom("", ":", " ", "1:", "2:");
    fc.assert(
      fc.property(texts, places, glue, (first, cuts, between) => {
        const second = cut(first.join(between), cuts);
        expect(flightKey(...first) === flightKey(...second)).toBe(JSON.stringify(first) === JSON.stringify(second));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("shared work", () => {
  it("is done once for all who ask while it runs, and again afterwards", async () => {
    const share = createShare<number>();
    let times = 0;
    const work = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      times += 1;
      return times;
    };
    expect(await Promise.all([share("k", work), share("k", work), share("other", work)])).toEqual([1, 1, 2]);
    expect(await share("k", work)).toBe(3);
  });

  it("that fails for the first is done again for the others, once", async () => {
    const share = createShare<string>();
    let times = 0;
    const aborted = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("she hung up");
    };
    const work = async () => {
      times += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return "answer";
    };
    const leader = share("k", aborted);
    const followers = [share("k", work), share("k", work), share("k", work)];
    await expect(leader).rejects.toThrow("she hung up");
    expect(await Promise.all(followers)).toEqual(["answer", "answer", "answer"]);
    expect(times).toBe(1);
  });
});
