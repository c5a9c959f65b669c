/** The public half of a service's signing key, where others find it. */
import type { FastifyInstance } from "fastify";
import type { Es256PrivateJwk } from "./config.ts";

/** Adds `/.well-known/jwks.json` (RFC 7517) with the public half of `key`. */
export function addKeySet(app: FastifyInstance, { kty, crv, x, y, kid, alg }: Es256PrivateJwk): void {
  const keySet = JSON.stringify({ keys: [{ kty, crv, x, y, kid, alg, use: "sig" }] });
  app.get("/.well-known/jwks.json", async (_request, reply) =>
    reply.type("application/jwk-set+json").header("cache-control", "public, max-age=300").send(keySet),
  );
}
