/** The public halves of a service's signing keys, where others find them. */
import type { FastifyInstance } from "fastify";
import type { Es256PrivateJwk } from "./config.ts";

/** Adds `/.well-known/jwks.json` (RFC 7517) with the public halves of these keys. */
export function addKeySet(app: FastifyInstance, ...keys: readonly Es256PrivateJwk[]): void {
  const publicHalves = keys.map(({ kty, crv, x, y, kid, alg }) => ({ kty, crv, x, y, kid, alg, use: "sig" }));
  const keySet = JSON.stringify({ keys: publicHalves });
  app.get("/.well-known/jwks.json", async (_request, reply) =>
    reply.type("application/jwk-set+json").header("cache-control", "public, max-age=300").send(keySet),
  );
}
