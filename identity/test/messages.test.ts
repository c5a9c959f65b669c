import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { createMessageSender } from "../messages/sender.ts";

const issuer = "https://identity.example";
const silent = createLogger("identity", "silent");

/** A gateway that answers everything with `status`, and what it was asked. */
async function startGateway(status: number) {
  const asked: { headers: IncomingMessage["headers"]; body: string }[] = [];
  const server = createServer(async (request, response) => {
    asked.push({ headers: request.headers, body: await text(request) });
    response.writeHead(status).end();
  }).listen(0, "localhost");
  await once(server, "listening");
  return { asked, url: `http://localhost:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describe("SMS", () => {
  it("go to the gateway signed, so that it can tell them from forged, old and repeated ones", async () => {
    const gateway = await startGateway(202);
    const smsKey = randomBytes(32);
    const sender = createMessageSender({ issuer, smsSender: gateway.url, smsKey }, silent);
    await sender?.send("19900000001", "验证码 123456", "zh-CN");
    const [{ headers, body } = { headers: {}, body: "" }] = gateway.asked;
    expect(JSON.parse(body)).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      mobile: "19900000001",
      text: "验证码 123456",
      language: "zh-CN",
    });
    const [, seconds = "", signature] = /^t=(\d+),v1=([\w-]{43})$/.exec(String(headers["x-huimin-signature"])) ?? [];
    expect(signature).toBe(createHmac("sha256", smsKey).update(`${seconds}.${body}`).digest("base64url"));
    expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(60);
    gateway.close();
  });

  it("that the gateway does not take fail, in words that repeat neither number nor code", async () => {
    const gateway = await startGateway(503);
    const sender = createMessageSender({ issuer, smsSender: gateway.url, smsKey: randomBytes(32) }, silent);
    await expect(sender?.send("19900000001", "123456", "en")).rejects.toThrow(
      /^the SMS gateway answered with status 503$/,
    );
    gateway.close();
  });

  it("are printed in development alone, with the middle of the number left out", async () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const settings = { issuer: "http://localhost:4002", smsSender: "print", smsKey: undefined };
    await createMessageSender(settings, createLogger("identity", "info", sink))?.send("19900000001", "123456", "en");
    expect(lines.join("")).toContain("123456");
    expect(lines.join("")).not.toContain("19900000001");
    expect(() => createMessageSender({ ...settings, issuer }, silent)).toThrow("is for development");
  });

  it("are not offered where nothing is set, and not sent unsigned", () => {
    expect(createMessageSender({ issuer, smsSender: undefined, smsKey: undefined }, silent)).toBeNull();
    const unsigned = { issuer, smsSender: "https://sms.example", smsKey: undefined };
    expect(() => createMessageSender(unsigned, silent)).toThrow("HUIMIN_SMS_KEY is missing");
  });
});
