import type { FastifyInstance } from "fastify";
import type { PortalConfig } from "./config.ts";

/**
 * Headers that every answer carries: nothing may run, be framed or be loaded from elsewhere, and nothing is kept
 * unless its route says otherwise.
 */
export function guard(app: FastifyInstance, { portalUrl, issuer }: Pick<PortalConfig, "portalUrl" | "issuer">): void {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    // The sign-out form is sent on to identity, and browsers hold the policy against redirects too.
    `form-action 'self' ${new URL(issuer).origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "content-security-policy": policy,
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    });
    if (portalUrl.startsWith("https:")) reply.header("strict-transport-security", "max-age=63072000");
  });
}
