import { once } from "node:events";
import { connect } from "node:net";
import { Writable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpServer } from "../http.ts";
import { createLogger } from "../log.ts";

const lines: string[] = [];
const sink = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk));
    done();
  },
});
const log = createLogger("test", "trace", sink);
let app: ReturnType<typeof createHttpServer>;

afterEach(async () => {
  await app.close();
  lines.length = 0;
});

async function listen(): Promise<string> {
  return await app.listen({ port: 0, host: "localhost" });
}

describe("the HTTP server of every service", () => {
  it("is live while it runs and ready when every check passes", async () => {
    app = createHttpServer({ log, ready: { database: async () => {} } });
    const url = await listen();
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: "live" });
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: "ready" });
  });

  it("names the checks that fail or hang, and nothing of why", async () => {
    app = createHttpServer({
      log,
      ready: {
        database: () => Promise.reject(new Error("password of db is hunter2")),
        keys: () => new Promise(() => {}),
        store: async () => {},
      },
    });
    const answer = await fetch(`${await listen()}/health/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: "not ready", failed: ["database", "keys"] });
  });

  it("masks what a handler throws", async () => {
    app = createHttpServer({ log, ready: {} });
    app.get("/broken", () => {
      throw new Error("SELECT secret FROM table");
    });
    const answer = await fetch(`${await listen()}/broken`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
    expect(lines.join()).toContain("SELECT secret");
  });

  it("refuses a body past its limit with a sentence", async () => {
    app = createHttpServer({ log, ready: {}, bodyLimit: 100 });
    app.post("/", async () => "ok");
    const body = JSON.stringify({ text: "x".repeat(200) });
    const answer = await fetch(await listen(), {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: "request_too_large" });
  });

  it("logs a request by its route, without address, headers or body", async () => {
    app = createHttpServer({ log, ready: {} });
    app.get("/cb/:uid", async () => "ok");
    await fetch(`${await listen()}/cb/sesame?code=sesame`, {
      headers: { authorization: "Bearer sesame", cookie: "s=sesame" },
    });
    await expect.poll(() => lines.join()).toContain('"path":"/cb/:uid"');
    expect(lines.join()).not.toContain("sesame");
  });

  it.each([
    ["/%E0%A4%A", 400],
    [`/cb/${"sesame".repeat(50)}`, 414],
  ])("does not repeat an address that it cannot read: %s", async (path, status) => {
    app = createHttpServer({ log, ready: {} });
    app.get("/cb/:uid", async () => "ok");
    const answer = await fetch((await listen()) + path);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: "bad_request", message: expect.any(String) });
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("closes though a client has opened a connection that it does not use yet", async () => {
    app = createHttpServer({ log, ready: {} });
    const ahead = connect(Number(new URL(await listen()).port), "localhost");
    await once(app.server, "connection");
    const closed = once(ahead.resume(), "close");
    await app.close();
    await closed;
  });

  it.each([
    [true, "198.51.100.7"],
    [false, "::1|127.0.0.1"],
  ])("believes of who calls only what the proxy in front says (proxy: %s)", async (trustProxy, expected) => {
    app = createHttpServer({ log, ready: {}, trustProxy });
    app.get("/", async (request) => request.ip);
    const headers = { "x-forwarded-for": "203.0.113.9, 198.51.100.7" };
    const answer = await fetch(await listen(), { headers });
    expect(expected.split("|")).toContain(await answer.text());
  });
});
