/**
 * `POST /back-channel-logout`: identity tells that a session has ended elsewhere, and it ends here too (OpenID Connect
 * Back-Channel Logout 1.0). Nobody but identity can sign the token; who sends it does not matter.
 */
import type { FastifyInstance } from "fastify";
import { errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Sessions } from "../session/sessions.ts";
import { clientId, type Provider } from "./provider.ts";

export interface BackChannelLogoutParts {
  readonly provider: Provider;
  readonly sessions: Sessions;
  readonly issuer: string;
  /** Remembers the tokens that came. */
  readonly store: KeyValueStore;
}

/** Longest that a logout token counts, in seconds: identity makes them for two minutes. */
const longestLife = 300;

const clockToleranceSeconds = 5;

const form = z.object({ logout_token: z.string() });

const event = "http://schemas.openid.net/event/backchannel-logout";

const claims = z.object({
  jti: z.string().min(1).max(200),
  sid: z.string().min(1).max(200),
  events: z.object({ [event]: z.object({}) }),
  // With it, an ID token could pass for a logout token (2.4).
  nonce: z.never().optional(),
});

/** Adds the address to the server. */
export function addBackChannelLogout(app: FastifyInstance, parts: BackChannelLogoutParts): void {
  app.post("/back-channel-logout", async (request, reply) => {
    reply.header("cache-control", "no-store").type("application/json");
    const token = form.safeParse(request.body).data?.logout_token;
    const keys = await parts.provider.keys();
    const said = token === undefined ? null : await readToken(token, parts.issuer, keys);
    if (said === null) {
      return reply.code(400).send({ error: "invalid_request", error_description: "This is no logout token for here." });
    }
    // One that comes again has done its work; identity need not send it a third time.
    if (await parts.store.add(`logout:${said.jti}`, "1", 2 * longestLife)) await parts.sessions.endBySid(said.sid);
    return reply.send({});
  });
}

/** What a logout token says (2.6); null for whatever is none. */
async function readToken(token: string, issuer: string, keys: JWTVerifyGetKey) {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      typ: "logout+jwt",
      algorithms: ["ES256"],
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: longestLife,
      requiredClaims: ["iat", "exp", "jti", "sid", "events"],
    });
    return claims.safeParse(payload).data ?? null;
  } catch (error) {
    // That identity's keys cannot be had says nothing of the token: identity shall send it again.
    const isTokensFault = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
    if (isTokensFault) return null;
    throw error;
  }
}
