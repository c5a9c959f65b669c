/** Identity: the OpenID provider, its pages, and the citizen subgraph. */
import type { AddressInfo } from "node:net";
import cookie from "@fastify/cookie";
import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errors } from "oidc-provider";
import { createHttpServer, type ErrorPage } from "../platform/http.ts";
import type { RunningService } from "../platform/lifecycle.ts";
import type { Logger } from "../platform/log.ts";
import { createDatabase, migrate } from "../platform/postgres.ts";
import { openKeyValueStore } from "../platform/redis.ts";
import { serveAssets } from "../platform/web/assets.ts";
import { pageHeaders } from "../platform/web/page-headers.ts";
import { addAccountPages } from "./account/routes.ts";
import { addAccountSecurity } from "./account/security-routes.ts";
import { addAdminApi } from "./admin/api.ts";
import { addCitizenSubgraph } from "./citizen/subgraph.ts";
import type { IdentityConfig } from "./config.ts";
import { createCredentials } from "./credentials/credentials.ts";
import { endRights, type Places } from "./delegation/ended-rights.ts";
import { deliverLogoutNotices, giveUpLogoutNotices } from "./events/logout-notices.ts";
import { sweepEvents } from "./events/outbox.ts";
import { addReads } from "./events/reads.ts";
import { addRevocationStream } from "./events/revocation-stream.ts";
import { addTransmitter } from "./events/transmitter.ts";
import { sweepHistory } from "./history/retention.ts";
import { addInteractions } from "./interaction/routes.ts";
import { pageRequestOf } from "./interaction/turn.ts";
import { type KeyPace, keyPace } from "./keys/pace.ts";
import { inTurn, runMaintenance } from "./maintenance.ts";
import { createMessageSender, type MessageSender } from "./messages/sender.ts";
import { servePasskeyLibrary } from "./pages/passkey-library.ts";
import { problemOf, problemPage } from "./pages/problem.ts";
import { chosenLanguage, viewOf } from "./pages/view.ts";
import { tellOfLogout } from "./provider/back-channel-logout.ts";
import { longestLife } from "./provider/configuration.ts";
import { languageCookie } from "./provider/cookies.ts";
import { callClient } from "./provider/outbound.ts";
import { createProviderPages } from "./provider/pages.ts";
import { rememberProofKeys } from "./provider/proof-keys.ts";
import { type MakeProvider, openProvider, plainProvider } from "./provider/provider.ts";
import { addProvider } from "./provider/routes.ts";
import { graphResource } from "./provider/scopes.ts";
import { createSubjects } from "./provider/subjects.ts";
import { addRecoveryAtCounter } from "./recovery/counter.ts";
import { addRecovery } from "./recovery/routes.ts";
import { addRecoveryStop } from "./recovery/stop.ts";
import { addRegistration } from "./registration/routes.ts";
import { addSectorVersions } from "./sectors/route.ts";
import { openSectors } from "./sectors/sectors.ts";
import { addCounter } from "./staff/counter.ts";
import { addStaffEnrolment } from "./staff/enrolment.ts";
import { addStaffSignIn } from "./staff/sign-in.ts";
import { sweepClosedAccounts } from "./store/accounts.ts";
import type { IdentityStores } from "./store/adapter.ts";
import { sweepExpiredArtefacts } from "./store/durable-artefacts.ts";
import { identityMigrations, identitySchema } from "./store/migrations.ts";
import { createReadAhead } from "./store/read-ahead.ts";
import { sweepRevokedTokens } from "./store/revoked-tokens.ts";
import { sweepSessionOrigins } from "./store/sessions.ts";

export { applyFolder } from "./admin/folder.ts";
export { identitySpec } from "./config.ts";
export { hashPassword } from "./credentials/password.ts";
export { identityMigrations, identitySchema } from "./store/migrations.ts";

/**
 * Identity on stores that are ready, not listening yet.
 *
 * @param sender how messages reach a mobile; what the settings say unless given
 * @param makeProvider the library's provider for a configuration; the attack suite gives ones that lack a defence
 */
export async function createIdentity(
  config: IdentityConfig,
  stores: IdentityStores,
  log: Logger,
  pace: KeyPace = keyPace(config.keyRotationDays, longestLife),
  sender: MessageSender | null = createMessageSender(config, log),
  makeProvider: MakeProvider = plainProvider,
): Promise<FastifyInstance> {
  rememberProofKeys();
  const { database, fleeting } = stores;
  const sectors = await openSectors(database, config.pseudonymKey);
  const subjectOf = createSubjects(sectors);
  const ahead = createReadAhead(database);
  const pages = createProviderPages(config, subjectOf);
  const provider = await openProvider({ config, stores, ahead, subjectOf, sectors, pages }, pace, log, makeProvider);
  const credentials = await createCredentials({ config, stores, sender }, log);
  const app = createHttpServer({
    log,
    bodyLimit: 16 * 1024,
    // Behind an https issuer there is always a proxy that ends TLS: this process speaks plain HTTP.
    trustProxy: config.issuer.startsWith("https:"),
    ready: { database: () => database.query("SELECT 1"), store: () => fleeting.ping() },
    errorPage: createErrorPage(config),
  });
  app.register(cookie);
  app.register(formbody);
  rememberLanguage(app, config);
  serveAssets(app, new URL("./assets/", import.meta.url));
  servePasskeyLibrary(app);
  addProvider(app, provider, config.issuer);
  const interactionParts = {
    provider: provider.current,
    credentials,
    stores,
    issuer: config.issuer,
    graph: graphResource(config),
  };
  addInteractions(app, interactionParts);
  addStaffSignIn(app, interactionParts);
  addStaffEnrolment(app, { issuer: config.issuer, stores, credentials });
  const account = { ...stores, provider: provider.current, issuer: config.issuer, cookieKey: config.cookieKey };
  addAccountPages(app, account);
  addAccountSecurity(app, { ...account, credentials });
  addRegistration(app, credentials, config.issuer);
  addRecovery(app, { credentials, issuer: config.issuer });
  addRecoveryAtCounter(app, credentials, config.issuer);
  addRecoveryStop(app, database, config.issuer);
  addCitizenSubgraph(app, config, stores, sectors.government);
  addSectorVersions(app, sectors);
  const administration = { config, database, fleeting, sectors, limiters: credentials.limiters };
  addAdminApi(app, administration);
  addCounter(app, { ...administration, credentials });
  const eventParts = { database, fleeting, issuer: config.issuer, sign: provider.sign };
  const { gatewayUrl } = config;
  addRevocationStream(app, { ...eventParts, gatewayUrl, subjectOf: sectors.government.seal, log });
  addReads(app, { ...eventParts, gatewayUrl, pseudonyms: sectors.government, log });
  addTransmitter(app, {
    ...eventParts,
    readAccessToken: provider.readAccessToken,
    sealers: [config.keyEncryptionKey, ...config.furtherKeyEncryptionKeys],
    subjectIn: (sector, accountId) => sectors.pseudonymsOf(sector).seal(accountId),
    call: (url, init) => callClient(provider.current(), url, init),
    log,
  });
  app.get("/", async (_request, reply) => reply.redirect(config.portalUrl));
  const places: Places = new Map();
  const chores = {
    sweep: () => sweepExpiredArtefacts(database),
    "end rights": () => endRights(database, fleeting, places),
    "give up logout notices": () => giveUpLogoutNotices(database, log),
    "sweep revoked tokens": () => sweepRevokedTokens(database),
    "sweep events": () => sweepEvents(database),
    "sweep origins": () => sweepSessionOrigins(database),
    "sweep history": () => sweepHistory(database),
    "sweep closed accounts": () => sweepClosedAccounts(database),
  };
  app.addHook("onClose", runMaintenance(inTurn(database, chores), log));
  const stopDelivering = deliverLogoutNotices({
    database,
    deliver: async (notice) => {
      const { delivery, error } = await tellOfLogout(provider.current(), notice, subjectOf);
      if (error) log.debug({ err: error, client: notice.clientId }, "a logout token was not taken");
      return delivery;
    },
    log,
  });
  app.addHook("onClose", stopDelivering);
  // What an operator or another replica changes is taken up within seconds.
  const news = {
    "rotate keys": provider.rotateKeys,
    "reload keys": provider.reloadKeys,
    "reload sectors": sectors.reload,
  };
  app.addHook("onClose", runMaintenance(news, log, pace.reload));
  app.addHook("onClose", credentials.background.settle);
  return app;
}

/** Opens the stores, brings the schema up to date and listens. */
export async function startIdentity(config: IdentityConfig, log: Logger): Promise<RunningService> {
  const database = createDatabase({ url: config.databaseUrl, schema: identitySchema, log });
  const opened: { close(): Promise<unknown> }[] = [database];
  const close = async () => {
    for (const part of opened.toReversed()) await part.close();
  };
  try {
    const fleeting = await openKeyValueStore(config.redisUrl, identitySchema, log);
    opened.push(fleeting);
    await migrate(database, identitySchema, identityMigrations);
    const app = await createIdentity(config, { database, fleeting }, log);
    opened.push(app);
    await app.listen({ port: config.port, host: config.host });
    return { url: `http://localhost:${(app.server.address() as AddressInfo).port}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const languageSeconds = 365 * 24 * 60 * 60;

/** Keeps what was chosen in a language menu, also for the pages that the provider shows. */
function rememberLanguage(app: FastifyInstance, { issuer }: IdentityConfig): void {
  const secure = issuer.startsWith("https:") ? "; Secure" : "";
  app.addHook("onRequest", async (request, reply) => {
    const choice = chosenLanguage(request.url);
    if (!choice) return;
    const value = `${languageCookie}=${choice}; Max-Age=${languageSeconds}; Path=/; HttpOnly; SameSite=Lax${secure}`;
    // On the raw answer, which the provider adds its own cookies to.
    reply.raw.setHeader("set-cookie", value);
  });
}

/** Browsers get a page in the citizen's language, programs the OAuth form of an error. */
function createErrorPage({ issuer, portalUrl }: IdentityConfig): ErrorPage {
  return (status: number, request: FastifyRequest, reply: FastifyReply, error: Error | null) => {
    const code = error instanceof errors.OIDCProviderError ? error.error : undefined;
    if (!request.headers.accept?.includes("text/html")) {
      return { error: code ?? (status < 500 ? "invalid_request" : "server_error") };
    }
    reply.headers(pageHeaders(issuer)).type("text/html; charset=utf-8");
    return problemPage(viewOf(pageRequestOf(request)), problemOf(status, error), portalUrl, code);
  };
}
