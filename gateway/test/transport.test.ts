/** What the gateway does with HTTP around GraphQL: sizes, origins, methods. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCity, type TestCity } from "./city.ts";

const page = "https://app.example";
let city: TestCity;
let endpoint: string;

beforeAll(async () => {
  city = await startCity({ settings: { HUIMIN_ALLOWED_ORIGINS: `${page}, https://other.example` } });
  endpoint = `${city.gatewayUrl}/graphql`;
});
afterAll(() => city.close());

const large = "{ __schema { types { name description fields { name description } } } }";

/** Posts without decoding what comes back. */
async function post(query: string, headers: Record<string, string> = {}) {
  const {
    statusCode,
    headers: answered,
    body,
  } = await request(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: statusCode, headers: answered, body: Buffer.from(await body.arrayBuffer()) };
}

describe("compression", () => {
  it.each([
    ["zstd", zstdDecompressSync],
    ["br", brotliDecompressSync],
    ["gzip", gunzipSync],
  ] as const)("gives a large answer as %s to who accepts it", async (coding, decode) => {
    const plain = await post(large);
    const coded = await post(large, { "accept-encoding": coding });
    expect(coded.headers["content-encoding"]).toBe(coding);
    expect(decode(coded.body).equals(plain.body)).toBe(true);
    expect(coded.body.length * 3).toBeLessThan(plain.body.length);
    expect(coded.headers["content-length"]).toBe(String(coded.body.length));
  });

  it("chooses for a browser, and takes nothing that is refused", async () => {
    const coding = async (accepted: string) =>
      (await post(large, { "accept-encoding": accepted })).headers["content-encoding"];
    expect(await coding("gzip, deflate, br, zstd")).toBe("zstd");
    expect(await coding("gzip, deflate, br, zstd;q=0")).toBe("br");
    expect(await coding("*")).toBe("zstd");
    expect(await coding("identity")).toBeUndefined();
    expect(await coding("compress")).toBeUndefined();
  });

  it("leaves small answers and those of clients that did not ask as they are, and says what varies", async () => {
    const small = await post("{ __typename }", { "accept-encoding": "gzip" });
    expect(small.headers["content-encoding"]).toBeUndefined();
    expect((await post(large)).headers["content-encoding"]).toBeUndefined();
    expect(small.headers.vary).toContain("accept-encoding");
  });

  it("makes GraphiQL's files small too, and knows them again", async () => {
    const url = `${city.gatewayUrl}/graphiql/assets/graphiql.css`;
    const first = await request(url, { headers: { "accept-encoding": "br" } });
    const css = brotliDecompressSync(Buffer.from(await first.body.arrayBuffer()));
    const plain = await request(url);
    expect(css.equals(Buffer.from(await plain.body.arrayBuffer()))).toBe(true);
    const again = await request(url, {
      headers: { "accept-encoding": "br", "if-none-match": String(first.headers.etag) },
    });
    expect(again.statusCode).toBe(304);
    expect(await again.body.text()).toBe("");
  });
});

describe("cross-origin requests", () => {
  const preflight = (origin: string) =>
    fetch(endpoint, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });

  it("are allowed to the pages of the origins in the settings", async () => {
    const response = await preflight(page);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(page);
    expect(response.headers.get("access-control-allow-methods")).toBe("GET, POST");
    expect(response.headers.get("access-control-allow-headers")).toMatch(/\bauthorization\b.*\bcontent-type\b/);
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    expect(response.headers.get("vary")).toBe("origin");
  });

  it("let those pages read answers and refusals", async () => {
    const answer = await post("{ __typename }", { origin: page });
    expect(answer.headers["access-control-allow-origin"]).toBe(page);
    expect(answer.headers["access-control-expose-headers"]).toContain("retry-after");
    expect(answer.headers.vary).toBe("accept, accept-encoding, authorization, origin");
    const refused = await fetch(endpoint, { method: "POST", headers: { origin: page }, body: "x".repeat(300_000) });
    expect(refused.status).toBe(413);
    expect(refused.headers.get("access-control-allow-origin")).toBe(page);
  });

  it.each(["https://app.example.evil", "http://app.example", "null"])("are not allowed to %s", async (origin) => {
    for (const response of [await preflight(origin), await fetch(endpoint, { headers: { origin } })]) {
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      expect(response.headers.get("vary")).toContain("origin");
    }
  });
});

describe("a request that a page of another site could send", () => {
  const query = `?query=${encodeURIComponent("{ __typename }")}`;

  it.each([
    ["a GET without further headers", undefined],
    ["a GET with a form's content type", { "content-type": "text/plain" }],
    ["a GET with credentials that browsers remember", { authorization: "Basic YTpi" }],
    ["a GET with an empty header", { "apollo-require-preflight": "" }],
  ])("is refused: %s", async (_what, headers) => {
    const answer = await request(endpoint + query, headers ? { headers } : {});
    const text = await answer.body.text();
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(text).toMatch(/CSRF_PREVENTED|TOKEN_INVALID/);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "is refused: a POST of %s",
    async (type) => {
      const answer = await post("{ __typename }", { "content-type": type });
      expect(answer.status).toBe(415);
      expect(answer.body.toString()).toContain("UNSUPPORTED_MEDIA_TYPE");
    },
  );

  it.each([
    { "content-type": "application/json" },
    { "apollo-require-preflight": "true" },
    { "x-apollo-operation-name": "Q" },
    { "graphql-require-preflight": "1" },
  ])("is one no more with %o", async (headers) => {
    const answer = await request(endpoint + query, { headers });
    expect(await answer.body.json()).toEqual({ data: { __typename: "Query" } });
  });

  it("is one no more with an access token", async () => {
    const authorization = `Bearer ${await city.token("hm1_x")}`;
    const answer = await request(endpoint + query, { headers: { authorization } });
    expect(answer.statusCode).toBe(200);
    await answer.body.dump();
  });
});

describe("methods", () => {
  it("answers HEAD as GET, without the body", async () => {
    const url = `${endpoint}?query=${encodeURIComponent("{ __typename }")}`;
    const headers = { "apollo-require-preflight": "true" };
    const [get, head] = [await request(url, { headers }), await request(url, { method: "HEAD", headers })];
    expect(head.statusCode).toBe(200);
    expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
    expect(await head.body.text()).toBe("");
    await get.body.dump();
  });

  it("says which methods there are", async () => {
    const response = await fetch(endpoint, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
  });
});
