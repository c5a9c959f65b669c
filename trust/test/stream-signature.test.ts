import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signCall } from "../call-signature.ts";
import { hmacSha256 } from "../http-signature.ts";
import { signatureHeaders } from "../signature-headers.ts";
import { createEventSigner, createEventVerifier, signStreamHead, verifyStreamHead } from "../stream-signature.ts";

const secret = Buffer.alloc(32, 1);
const key = hmacSha256("shop", secret);
const call = ":Y2FsbA==:";

interface Sent {
  readonly type: string;
  readonly data: string;
  readonly id: string;
}

function signAll(events: readonly (readonly [string, string])[], of = call): Sent[] {
  const sign = createEventSigner(of, key);
  return events.map(([type, data]) => ({ type, data, id: sign(type, data) }));
}

/** How many are taken before one is refused. */
function taken(sent: readonly Sent[], of = call, by = key): number {
  const verify = createEventVerifier(of, by);
  let count = 0;
  try {
    for (const { type, data, id } of sent) {
      verify(type, data, id);
      count += 1;
    }
  } catch {
    return count;
  }
  return count;
}

const streams = fc
  .array(fc.tuple(fc.constant("next"), fc.string()), { minLength: 1, maxLength: 8 })
  .map((events) => signAll([...events, ["complete", ""]]));

describe("a signed stream", () => {
  it("is signed as docs/subgraph-calls.md has it", () => {
    const base = [
      '"signature";req;key="huimin": :Y2FsbA==:',
      '"event-number": 1',
      '"event-type": next',
      `"content-digest": sha-256=:${createHash("sha256").update('{"data":{}}').digest("base64")}:`,
      '"@signature-params": ("signature";req;key="huimin" "event-number" "event-type" "content-digest");keyid="shop"',
    ].join("\n");
    const expected = `:${createHmac("sha256", secret).update(base).digest("base64")}:`;
    expect(createEventSigner(call, key)("next", '{"data":{}}')).toBe(expected);
  });

  it("is taken whole when it comes as it was sent", () => {
    fc.assert(fc.property(streams, (sent) => taken(sent) === sent.length));
  });

  it("is taken up to what was left out, put elsewhere or sent twice, and no further", () => {
    fc.assert(
      fc.property(streams, fc.nat(), fc.nat(), (sent, one, other) => {
        const [from, to] = [one % sent.length, other % sent.length];
        const moved = sent.toSpliced(from, 1).toSpliced(to, 0, ...sent.slice(from, from + 1));
        const without = sent.toSpliced(from, 1);
        const twice = sent.toSpliced(from, 0, ...sent.slice(from, from + 1));
        expect(taken(moved)).toBe(from === to ? sent.length : Math.min(from, to));
        expect(taken(without)).toBe(from);
        expect(taken(twice)).toBe(from + 1);
      }),
    );
  });

  it("is taken up to what was changed, and nothing of it as that of another call or by another key", () => {
    fc.assert(
      fc.property(streams, fc.nat(), fc.string({ minLength: 1 }), (sent, at, more) => {
        const index = at % sent.length;
        const changed = (change: (event: Sent) => Sent) =>
          sent.map((event, place) => (place === index ? change(event) : event));
        expect(taken(changed((event) => ({ ...event, data: event.data + more })))).toBe(index);
        expect(taken(changed((event) => ({ ...event, type: event.type === "next" ? "complete" : "next" })))).toBe(
          index,
        );
        expect(taken(changed((event) => ({ ...event, id: "" })))).toBe(index);
        expect(taken(sent, ":b3RoZXI=:")).toBe(0);
        expect(taken(sent, call, hmacSha256("shop", Buffer.alloc(32, 2)))).toBe(0);
      }),
    );
  });

  it("has a head that is of one call, one status and one type", () => {
    const asked = { method: "POST", authority: "shop", target: "/", contentType: "application/json", token: "t" };
    const { made } = signCall(asked, "{}", key, "nonce-1", 1_000);
    const { made: other } = signCall(asked, "{}", key, "nonce-2", 1_000);
    const answer = { status: 200, contentType: "text/event-stream" };
    const headers = signatureHeaders({ ...signStreamHead(answer, made, key, 1_000) });
    expect(() => verifyStreamHead(answer, headers, made, key)).not.toThrow();
    expect(() => verifyStreamHead(answer, headers, other, key)).toThrow();
    expect(() => verifyStreamHead({ ...answer, status: 201 }, headers, made, key)).toThrow();
    expect(() => verifyStreamHead({ ...answer, contentType: "text/html" }, headers, made, key)).toThrow();
    expect(() => verifyStreamHead(answer, signatureHeaders({}), made, key)).toThrow();
  });
});
