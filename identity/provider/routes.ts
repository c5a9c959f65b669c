/** The provider's addresses on identity's server. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ProviderHandle } from "./provider.ts";

const addresses = [
  "/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server",
  "/jwks",
  "/auth",
  "/auth/:uid",
  "/request",
  "/token",
  "/token/introspection",
  "/token/revocation",
  "/me",
  "/device",
  "/device/auth",
  "/device/:uid",
  "/session/end",
  "/session/end/confirm",
  "/session/end/success",
];

/** Hands requests to the provider as they came: it reads bodies itself, within bounds of its own. */
export function addProvider(app: FastifyInstance, provider: ProviderHandle, issuer: string): void {
  const { host, protocol } = new URL(issuer);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      // The provider builds its addresses from these; only the issuer says what they are, no caller does.
      const { headers } = request.raw;
      headers.host = host;
      delete headers["x-forwarded-host"];
      headers["x-forwarded-for"] = request.ip;
      headers["x-forwarded-proto"] = protocol.slice(0, -1);
      reply.hijack();
      reply.raw.setHeader("x-content-type-options", "nosniff").setHeader("referrer-policy", "no-referrer");
      await provider.answer(request.raw, reply.raw);
    };
    for (const address of addresses) scope.route({ method: ["GET", "POST", "OPTIONS"], url: address, handler: answer });
  });
}
