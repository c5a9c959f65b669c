/** The provider's addresses on identity's server. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errors } from "oidc-provider";
import { z } from "zod";
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

/**
 * Takes a request for authorization that comes as a form (OpenID Connect Core 1.0, 3.1.2.1) by sending the browser
 * back with the same request as an address: the form of another site brings no cookies of ours (SameSite=Lax), the
 * navigation after it does.
 */
function addAuthorizationByPost(app: FastifyInstance): void {
  app.post("/auth", async (request, reply) => {
    const parameters = authorizationForm.safeParse(request.body);
    if (!parameters.success) throw new errors.InvalidRequest("send the parameters as a form, each once");
    return reply.redirect(`/auth?${new URLSearchParams(parameters.data)}`, 303);
  });
}

const authorizationForm = z.record(z.string(), z.string());

/** Hands requests to the provider as they came: it reads bodies itself, within bounds of its own. */
export function addProvider(app: FastifyInstance, provider: ProviderHandle, issuer: string): void {
  addAuthorizationByPost(app);
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
    for (const url of addresses) {
      scope.route({ method: url === "/auth" ? ["GET", "OPTIONS"] : ["GET", "POST", "OPTIONS"], url, handler: answer });
    }
  });
}
