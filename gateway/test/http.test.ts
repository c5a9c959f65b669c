import { auditServer } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCity, type TestCity } from "./city.ts";

let city: TestCity;
let endpoint: string;

beforeAll(async () => {
  city = await startCity();
  endpoint = `${city.gatewayUrl}/graphql`;
});
afterAll(() => city.close());

interface Refused {
  readonly errors: readonly [{ readonly message: string; readonly extensions: { readonly code: string } }];
}

/** As a client that says that it is none of a browser's own doing. */
function deliberately(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    ...init,
    headers: { "apollo-require-preflight": "true", ...Object.fromEntries(new Headers(init.headers)) },
  });
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as Refused).errors[0].extensions.code;
}

function post(body: BodyInit | null, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(endpoint, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
}

describe("GraphQL over HTTP", () => {
  it("passes every audit of the specification, the optional ones too", async () => {
    const results = await auditServer({ url: endpoint, fetchFn: deliberately });
    expect(results.length).toBeGreaterThan(50);
    expect(results.filter(({ status }) => status !== "ok").map(({ name }) => name)).toEqual([]);
  });

  it("answers GET with the same as POST", async () => {
    const response = await deliberately(`${endpoint}?query=${encodeURIComponent("{ __typename }")}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { __typename: "Query" } });
  });

  it("refuses a mutation by GET with 405", async () => {
    const response = await deliberately(`${endpoint}?query=${encodeURIComponent("mutation { __typename }")}`);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
    expect(await codeOf(response)).toBe("METHOD_NOT_ALLOWED");
  });

  it.each(["PUT", "DELETE", "PATCH"])("refuses %s with 405", async (method) => {
    const response = await fetch(endpoint, { method });
    expect(response.status).toBe(405);
    expect(await codeOf(response)).toBe("METHOD_NOT_ALLOWED");
  });

  it("refuses a body that is too large with 413", async () => {
    const response = await post(JSON.stringify({ query: `{ __typename } #${"x".repeat(300_000)}` }));
    expect(response.status).toBe(413);
    expect(await codeOf(response)).toBe("REQUEST_TOO_LARGE");
  });

  it("refuses a body of another type with 415", async () => {
    const response = await post("query=%7B__typename%7D", { "content-type": "application/x-www-form-urlencoded" });
    expect(response.status).toBe(415);
    expect(await codeOf(response)).toBe("UNSUPPORTED_MEDIA_TYPE");
  });

  it("refuses bytes that are not UTF-8", async () => {
    const response = await post(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe("BAD_REQUEST");
  });

  it("refuses a client that accepts neither of its media types with 406", async () => {
    const response = await post(JSON.stringify({ query: "{ __typename }" }), { accept: "image/png" });
    expect(response.status).toBe(406);
    expect(await codeOf(response)).toBe("NOT_ACCEPTABLE");
  });

  it("honours the weights of Accept", async () => {
    const accept = "application/json;q=0.5, application/graphql-response+json";
    const response = await post(JSON.stringify({ query: "{ __typename }" }), { accept });
    expect(response.headers.get("content-type")).toBe("application/graphql-response+json; charset=utf-8");
  });

  it("refuses a list of requests", async () => {
    const response = await post(JSON.stringify([{ query: "{ __typename }" }]));
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe("BAD_REQUEST");
  });

  it("lets no cache keep an answer", async () => {
    const response = await post(JSON.stringify({ query: "{ __typename }" }));
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  it("gives pages of other origins no right to read", async () => {
    const response = await post(JSON.stringify({ query: "{ __typename }" }), { origin: "https://elsewhere.example" });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});
