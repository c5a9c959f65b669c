import { once } from "node:events";
import { connect } from "node:net";
import { Readable, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addDirectRoute, type DirectRequest, type DirectResponse } from "../direct-route.ts";
import { createHttpServer } from "../http.ts";
import { createLogger } from "../log.ts";

const lines: string[] = [];
const sink = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk));
    done();
  },
});
let app: ReturnType<typeof createHttpServer>;
let url: string;
let answer: (request: DirectRequest) => Promise<DirectResponse>;

beforeEach(async () => {
  lines.length = 0;
  app = createHttpServer({ log: createLogger("test", "debug", sink), ready: {}, bodyLimit: 100 });
  addDirectRoute(app, "/direct", {
    answer: (request) => answer(request),
    refuse: (status) => ({ status, headers: { "content-type": "text/plain" }, body: `refused ${status}` }),
  });
  url = `${await app.listen({ port: 0, host: "localhost" })}/direct`;
});
afterEach(() => app.close());

function whole(body: string): DirectResponse {
  return { status: 200, headers: { "content-type": "text/plain" }, body };
}

/** Sends bytes as they are and reads until the server has nothing more to say. */
async function raw(...parts: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), "localhost");
  for (const part of parts) socket.write(part);
  const [first] = await once(socket, "data");
  socket.destroy();
  return String(first);
}

describe("a route past Fastify", () => {
  it("gets the request whole, and its answer goes out with the headers of every answer", async () => {
    answer = async ({ method, url: path, headers, body, address }) =>
      whole(JSON.stringify([method, path, headers["x-mine"], String(body), ["::1", "127.0.0.1"].includes(address)]));
    const response = await fetch(`${url}?a=1`, { method: "POST", body: "ünö", headers: { "x-mine": "yes" } });
    expect(await response.json()).toEqual(["POST", "/direct?a=1", "yes", "ünö", true]);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("answers HEAD with the length and without the body", async () => {
    answer = async () => whole("four");
    const response = await fetch(url, { method: "HEAD" });
    expect(response.headers.get("content-length")).toBe("4");
    expect(await response.text()).toBe("");
  });

  it("says no length of an answer that has no content", async () => {
    answer = async () => ({ status: 204, headers: {}, body: "" });
    const response = await fetch(url, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("content-length")).toBeNull();
  });

  it("refuses a body past the limit, by its announced length or by what comes", async () => {
    answer = async () => whole("never");
    expect(await (await fetch(url, { method: "POST", body: "x".repeat(101) })).text()).toBe("refused 413");
    const head = "POST /direct HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    const chunk = `40\r\n${"x".repeat(64)}\r\n`;
    expect(await raw(head, chunk, chunk, chunk)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("refuses by a masked answer when it fails, and logs why with the route alone", async () => {
    answer = () => Promise.reject(new Error("SELECT secret"));
    const response = await fetch(`${url}?code=sesame`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe("refused 500");
    const logged = lines.join();
    expect(logged).toContain("SELECT secret");
    expect(logged).toContain('"path":"/direct"');
    expect(logged).not.toContain("sesame");
  });

  it("ends the source of an answer in parts when its reader leaves", async () => {
    const left = Promise.withResolvers<void>();
    const body = new Readable({
      read() {},
      destroy(_error, done) {
        left.resolve();
        done(null);
      },
    });
    body.push("first");
    answer = async () => ({ status: 200, headers: {}, body });
    const leaving = new AbortController();
    const response = await fetch(url, { signal: leaving.signal });
    expect(response.status).toBe(200);
    leaving.abort();
    await left.promise;
  });

  it("finishes a request in flight while the server closes, and keeps no connection alive behind it", async () => {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    answer = async () => {
      arrived.resolve();
      await released.promise;
      return whole("late");
    };
    const inFlight = fetch(url);
    await arrived.promise;
    const closed = app.close();
    await expect.poll(() => app.server.listening).toBe(false);
    released.resolve();
    const response = await inFlight;
    expect(await response.text()).toBe("late");
    expect(response.headers.get("connection")).toBe("close");
    await closed;
  });
});
