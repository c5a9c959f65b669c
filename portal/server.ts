/** The citizen's window: pages made on the server, tokens that never leave it. */
import cookie from "@fastify/cookie";
import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createHttpServer } from "../platform/http.ts";
import type { KeyValueStore } from "../platform/keyvalue.ts";
import type { RunningService } from "../platform/lifecycle.ts";
import type { Logger } from "../platform/log.ts";
import { openKeyValueStore } from "../platform/redis.ts";
import { serveAssets } from "../platform/web/assets.ts";
import { pageHeaders } from "../platform/web/page-headers.ts";
import type { PortalConfig } from "./config.ts";
import { createAskGraph } from "./graph/ask.ts";
import { addHome } from "./overview/routes.ts";
import { Problem, problemOf, problemPage } from "./pages/problem.ts";
import { askedLanguage, viewOf } from "./pages/view.ts";
import { addPrescriptions } from "./prescriptions/routes.ts";
import { type Cookies, cookiesOf } from "./session/cookies.ts";
import { createFreshToken } from "./session/fresh-token.ts";
import { createSeal } from "./session/seal.ts";
import { createSessions } from "./session/sessions.ts";
import { addBackChannelLogout } from "./sign-in/back-channel-logout.ts";
import { createPossession } from "./sign-in/possession.ts";
import { createProvider } from "./sign-in/provider.ts";
import { addSignIn } from "./sign-in/routes.ts";

export { portalSpec } from "./config.ts";

/** Where the portal keeps what it must remember between requests. */
export interface PortalStores {
  readonly sessions: KeyValueStore;
}

/** The portal, not listening yet. It starts without identity and finds it when it is first needed. */
export async function createPortal(config: PortalConfig, stores: PortalStores, log: Logger): Promise<FastifyInstance> {
  const cookies = cookiesOf(config.portalUrl);
  const seal = createSeal(config.cookieKey);
  const sessions = createSessions(stores.sessions, seal);
  const possession = await createPossession(config);
  const provider = createProvider(config, possession);
  const app = createHttpServer({
    log,
    bodyLimit: 16 * 1024,
    ready: { store: () => stores.sessions.ping(), identity: provider.ready },
    errorPage: (status, request, reply, error) => answerProblem(cookies, status, request, reply, error),
  });
  addHeaders(app, config);
  app.register(cookie);
  app.register(formbody);
  rememberLanguage(app, cookies);
  serveAssets(app, new URL("./assets/", import.meta.url));
  addClientKey(app, config);
  addSignIn(app, { provider, sessions, seal, cookies, portalUrl: config.portalUrl });
  addBackChannelLogout(app, { provider, sessions, issuer: config.issuer, store: stores.sessions });
  // Her account is identity's: how she signs in, where, and who may see what.
  app.get("/account", async (_request, reply) => reply.redirect(`${config.issuer}/account`, 303));
  const freshToken = createFreshToken(sessions, provider.renew, possession.keyThumbprint);
  const reading = { sessions, cookies, freshToken, askGraph: createAskGraph(config.gatewayUrl, possession) };
  addHome(app, reading);
  addPrescriptions(app, reading);
  return app;
}

/** Opens the store and listens. */
export async function startPortal(config: PortalConfig, log: Logger): Promise<RunningService> {
  const store = await openKeyValueStore(config.redisUrl, "portal", log);
  const app = await createPortal(config, { sessions: store }, log);
  app.addHook("onClose", () => store.close());
  await app.listen({ port: config.port, host: config.host });
  return { url: config.portalUrl, close: () => app.close() };
}

/** Every answer carries the headers of pages; a route that may be kept says so. */
function addHeaders(app: FastifyInstance, { portalUrl, issuer }: PortalConfig): void {
  // Forms of signing out and of returning to her own matters are sent on to identity.
  const headers = pageHeaders(portalUrl, [issuer]);
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers(headers);
  });
}

function rememberLanguage(app: FastifyInstance, { language: cookie }: Cookies): void {
  app.addHook("onRequest", async (request, reply) => {
    const language = askedLanguage(request);
    if (language) reply.setCookie(cookie.name, language, cookie.options);
  });
}

/** The public half of the client key, for identity (RFC 7523; `jwks_uri` of RFC 7591). */
function addClientKey(app: FastifyInstance, { clientKey }: PortalConfig): void {
  const { kty, crv, x, y, kid, alg } = clientKey;
  const keySet = JSON.stringify({ keys: [{ kty, crv, x, y, kid, alg, use: "sig" }] });
  app.get("/.well-known/jwks.json", async (_request, reply) =>
    reply.type("application/jwk-set+json").header("cache-control", "public, max-age=300").send(keySet),
  );
}

const retryAfterSeconds = 60;

function answerProblem(
  cookies: Cookies,
  status: number,
  request: FastifyRequest,
  reply: FastifyReply,
  error: Error | null,
): string {
  const view = viewOf(request, cookies.language, error instanceof Problem ? error.reader : null);
  if (status === 503) reply.header("retry-after", retryAfterSeconds);
  reply.type("text/html; charset=utf-8");
  return problemPage(view, problemOf(error, status));
}
