import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../platform/keyvalue.ts";
import { createLogger } from "../../platform/log.ts";
import { createPortal } from "../server.ts";
import { startTestPortal, type TestPortal, testConfig } from "./support/portal.ts";

let portal: TestPortal;

beforeAll(async () => {
  portal = await startTestPortal();
});
afterAll(() => portal.close());

describe("every page", () => {
  it("lets nothing run and nothing in from elsewhere, and is kept by nobody", async () => {
    const visitor = portal.visitor();
    const pages = [await visitor.ask("/"), await visitor.open("/sign-in"), await visitor.ask("/nowhere")];
    for (const { headers } of pages) {
      expect(headers.get("content-security-policy")?.split("; ")).toEqual([
        "default-src 'none'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        `form-action 'self' ${portal.identity.issuer}`,
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ]);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    }
  });

  it("has no inline script or style, and links to nothing outside", async () => {
    const visitor = portal.visitor();
    for (const address of ["/", "/nowhere", "/sign-in"]) {
      const page = await (await visitor.open(address)).text();
      expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|https?:\/\//);
    }
  });

  it("has a title, one main heading, landmarks and a way to skip to the content", async () => {
    const visitor = portal.visitor();
    for (const address of ["/", "/nowhere", "/sign-in"]) {
      const page = await (await visitor.open(address)).text();
      expect(page).toMatch(/<title>[^<]+ · 惠民<\/title>/);
      expect(page.match(/<h1>/g)).toHaveLength(1);
      for (const part of ['<a class="skip" href="#main">', '<main id="main"', "<header", "<nav", "<footer"]) {
        expect(page).toContain(part);
      }
    }
  });
});

describe("style sheet and fonts", () => {
  it("come from the portal itself and may be kept", async () => {
    const landing = await (await fetch(portal.url)).text();
    const sheets = [...landing.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map(([, address]) => address);
    expect(sheets).toHaveLength(4);
    for (const sheet of sheets) {
      const response = await fetch(`${portal.url}${sheet}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toMatch(/^text\/css/);
      expect(response.headers.get("cache-control")).toMatch(/^public/);
      const font = /url\(\.\/(files\/[\w-]+\.woff2)\)/.exec(await response.text())?.[1];
      if (font === undefined) continue;
      const file = await fetch(new URL(font, response.url));
      expect([file.status, file.headers.get("content-type")]).toEqual([200, "font/woff2"]);
    }
    expect((await fetch(`${portal.url}/favicon.svg`)).status).toBe(200);
    expect((await fetch(`${portal.url}/assets.ts`)).status).toBe(404);
  });

  it("are all that is served from their folders", async () => {
    for (const path of ["package.json", "LICENSE", "files/../package.json", "files/", "%2e%2e/package.json"]) {
      expect((await fetch(`${portal.url}/fonts/noto-sans-sc/${path}`)).status, path).toBe(404);
    }
  });
});

describe("a portal behind https", () => {
  it("sends its cookies over https alone, and tells browsers to stay there", async () => {
    const config = { ...(await testConfig()), portalUrl: "https://huimin.example" };
    const app = await createPortal(config, { sessions: createMemoryStore() }, createLogger("portal", "silent"));
    try {
      const { headers } = await app.inject("/?lang=ug");
      expect(headers["set-cookie"]).toMatch(/; Secure;/);
      expect(headers["strict-transport-security"]).toBe("max-age=63072000");
    } finally {
      await app.close();
    }
  });
});

describe("a request that nobody expects", () => {
  it("gets a page and the right status", async () => {
    expect((await fetch(`${portal.url}/nowhere`)).status).toBe(404);
    expect((await fetch(portal.url, { method: "POST" })).status).toBe(404);
    const huge = new URLSearchParams({ form: "x".repeat(20_000) });
    const response = await fetch(`${portal.url}/sign-out`, { method: "POST", body: huge });
    expect(response.status).toBe(413);
    expect(await response.text()).toContain("无法处理这个请求");
  });
});
