/** The browser's half of WebAuthn, from its package: one file, served from here. */
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";

export function servePasskeyLibrary(app: FastifyInstance): void {
  const entry = import.meta.resolve("@simplewebauthn/browser");
  const script = readFileSync(new URL("../dist/bundle/index.umd.min.js", entry), "utf8");
  app.get("/simplewebauthn.js", async (_request, reply) =>
    reply.type("text/javascript; charset=utf-8").header("cache-control", "public, max-age=604800").send(script),
  );
}
