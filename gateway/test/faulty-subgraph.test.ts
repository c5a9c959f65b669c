import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

/** In the place of health answers whatever a test wants. */
let behaviour: RequestListener;
let health: Server;
let city: TestCity;
let token: string;

beforeAll(async () => {
  health = createServer((request, response) => behaviour(request, response)).listen(0, "localhost");
  await once(health, "listening");
});
afterAll(() => {
  health.closeAllConnections();
  health.close();
});

async function openCity(): Promise<void> {
  const { port } = health.address() as AddressInfo;
  city = await startCity({ elsewhere: { health: `http://localhost:${port}/graphql` } });
  token = await city.token(newCitizenId());
}

const query = "{ me { preferredLanguage coverage { scheme } cover: coverage { status } employment { status } } }";
const others = { preferredLanguage: "ug", employment: { status: "EMPLOYED" } };

const unavailable = {
  message: "A service that holds this data does not answer right now. Try again later.",
  extensions: { code: "SUBGRAPH_UNAVAILABLE" },
};

const internal = {
  message: "Something went wrong on our side. Try again later.",
  extensions: { code: "INTERNAL_SERVER_ERROR" },
};

function answering(body: string, status = 200, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  };
}

const secret = "8secret-of-the-house http://10.0.0.7:5432/ SELECT at Object.<anonymous> (/srv/health.js:1:1)";

const faults: readonly (readonly [string, RequestListener])[] = [
  ["answers with a page", answering(secret, 502, { "content-type": "text/html" })],
  ["answers with half a JSON", answering('{"data":{"_entities":[')],
  ["answers with JSON that is no GraphQL answer", answering(JSON.stringify({ hello: secret }))],
  [
    "answers with more than eight megabytes",
    answering(JSON.stringify({ data: { _entities: [{ coverage: null }] }, padding: "x".repeat(9 * 1024 * 1024) })),
  ],
  ["answers with nothing", answering("")],
  ["answers with neither data nor errors", answering('{"data":null}')],
  ["answers with fewer entities than were asked for", answering('{"data":{"_entities":[]}}')],
  ["answers with entities that are no list", answering('{"data":{"_entities":{}}}')],
  ["redirects elsewhere", answering("", 307, { location: "http://localhost:1/" })],
  ["hangs up", (request) => request.socket.destroy()],
  [
    "hangs up in the middle",
    (request, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setTimeout(() => request.socket.destroy(), 20);
    },
  ],
  [
    "sends without end",
    (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    },
  ],
  [
    "refuses the gateway's token",
    answering(JSON.stringify({ errors: [{ message: secret, extensions: { code: "UNAUTHENTICATED" } }] }), 401),
  ],
  ["never answers", () => {}],
  [
    "answers a byte a second",
    (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => response.write(" "), 1_000);
      response.on("close", () => clearInterval(timer));
    },
  ],
];

describe("a subgraph that", () => {
  // A gateway of its own for each: it remembers for a while which subgraph failed.
  beforeEach(openCity);
  afterEach(() => city.close());

  it.each(faults)("%s costs its own fields alone, each with one clear error", async (_name, fault) => {
    behaviour = fault;
    const { status, data, errors } = await city.query(query, { token });
    expect(status).toBe(200);
    expect(data).toEqual({ me: { ...others, coverage: null, cover: null } });
    expect(errors).toEqual([
      { ...unavailable, path: ["me", "coverage"] },
      { ...unavailable, path: ["me", "cover"] },
    ]);
    expect(city.logged()).toContain("a subgraph does not answer as it should");
    expect(city.logged()).not.toContain("8secret");
  });

  it("is down costs its own fields alone", async () => {
    const down = await startCity({ elsewhere: { health: "http://localhost:1/graphql" } });
    try {
      const { data, errors } = await down.query(query, { token: await down.token(newCitizenId()) });
      expect(data).toEqual({ me: { ...others, coverage: null, cover: null } });
      expect(errors).toHaveLength(2);
    } finally {
      await down.close();
    }
  });

  it("flaps costs nothing: a query is asked again", async () => {
    const good = JSON.stringify({ data: { _entities: [{ coverage: { scheme: "RESIDENT" } }] } });
    let calls = 0;
    behaviour = (request, response) => {
      calls += 1;
      if (calls % 3 === 1) request.socket.destroy();
      else if (calls % 3 === 2) answering(secret, 503)(request, response);
      else answering(good)(request, response);
    };
    for (let times = 0; times < 3; times += 1) {
      const { data, errors } = await city.query("{ me { coverage { scheme } } }", { token });
      expect(errors).toBeUndefined();
      expect(data).toEqual({ me: { coverage: { scheme: "RESIDENT" } } });
    }
    expect(calls).toBe(9);
  });

  it("is down leaves the rest of the citizen where it was", async () => {
    behaviour = answering("", 503);
    const { data, errors } = await city.query("{ me { encounters { edges { cursor } } id } __typename }", { token });
    expect(data).toEqual({ me: { encounters: null, id: expect.stringMatching(/^hm1_/) }, __typename: "Query" });
    expect(errors).toEqual([{ ...unavailable, path: ["me", "encounters"] }]);
  });

  it("gives null where the schema has none takes with it what holds the field", async () => {
    behaviour = answering(JSON.stringify({ data: { _entities: [{ encounters: { edges: [{ cursor: null }] } }] } }));
    const { data, errors } = await city.query("{ me { encounters { edges { cursor } } id } }", { token });
    expect(data).toEqual({ me: { encounters: null, id: expect.stringMatching(/^hm1_/) } });
    expect(errors).toHaveLength(1);
  });
});

describe("an error of a subgraph", () => {
  beforeAll(openCity);
  afterAll(() => city.close());

  function failing(code: unknown, message: string = secret, path: unknown = ["_entities", 0, "coverage"]) {
    return answering(
      JSON.stringify({
        data: { _entities: [{ coverage: null, cover: { status: "ACTIVE" } }] },
        errors: [
          { message, path, extensions: { code, stacktrace: [secret], serviceName: "health", exception: secret } },
        ],
      }),
    );
  }

  it.each(["DOWNSTREAM", "GRAPHQL_PARSE_FAILED", "TOKEN_INVALID", undefined, 7, "__proto__", "INVALID_GRAPHQL"])(
    "with the code %j is masked and keeps its path",
    async (code) => {
      behaviour = failing(code);
      const { data, errors } = await city.query(query, { token });
      expect(data).toEqual({ me: { ...others, coverage: null, cover: { status: "ACTIVE" } } });
      expect(errors).toEqual([{ ...internal, path: ["me", "coverage"] }]);
    },
  );

  it("that says why it refuses is passed on in its own words, within bounds", async () => {
    behaviour = failing("FORBIDDEN", "A guardian's consent is missing.");
    expect((await city.query(query, { token })).errors).toEqual([
      { message: "A guardian's consent is missing.", path: ["me", "coverage"], extensions: { code: "FORBIDDEN" } },
    ]);
    behaviour = failing("BAD_USER_INPUT", "x".repeat(5_000));
    expect((await city.query(query, { token })).errors?.[0]?.message).toHaveLength(300);
  });

  it("without a path concerns the whole and is passed on", async () => {
    behaviour = failing("FORBIDDEN", "No.", null);
    expect((await city.query(query, { token })).errors).toEqual([
      { message: "No.", extensions: { code: "FORBIDDEN" } },
    ]);
  });
});

describe("data of a subgraph that does not fit the schema", () => {
  beforeAll(openCity);
  afterAll(() => city.close());

  it.each([
    ["an unknown enum value", { scheme: "BRIBE" }],
    ["null for what may not be null", { scheme: null }],
    ["a list for an object", [1]],
    ["a string for an object", secret],
  ])("is left out with an error: %s", async (_name, coverage) => {
    behaviour = answering(JSON.stringify({ data: { _entities: [{ coverage, cover: null }] } }));
    const { data, errors } = await city.query("{ me { preferredLanguage coverage { scheme } } }", { token });
    expect(JSON.stringify(data)).not.toContain("BRIBE");
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject(internal);
    expect(city.logged()).toContain("data of a subgraph does not fit the schema");
    expect(city.logged()).not.toContain("8secret");
  });
});
