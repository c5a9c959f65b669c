/** The OpenID provider, and its renewal when the signing keys change. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Configuration, type errors, type JWK, type KoaContextWithOIDC, Provider } from "oidc-provider";
import type { Logger } from "../../platform/log.ts";
import { extendGrants } from "../delegation/acting-grant.ts";
import { limitGuesses } from "../device/guesses.ts";
import { bringUserCode } from "../device/pages.ts";
import { nameInterval, pacePolling } from "../device/polling.ts";
import type { KeyPace } from "../keys/pace.ts";
import { readNothingAhead } from "../store/read-ahead.ts";
import { advanceSigningKeys, type KeyStores } from "../store/signing-keys.ts";
import { createAccessTokenReader, type ReadAccessToken } from "../tokens/access-tokens.ts";
import { answerForJwts, unsupported } from "../tokens/endpoints.ts";
import { addTokenExchange } from "../tokens/exchange.ts";
import { noteApplicationUses } from "./application-uses.ts";
import { leaveLogoutToTheQueue } from "./back-channel-logout.ts";
import { configure, type ProviderParts } from "./configuration.ts";
import { endGrantsInOnePlace } from "./end-grant.ts";
import { afterSignOut, endSessionsInOnePlace } from "./end-session.ts";
import { openKeyRing } from "./key-ring.ts";
import { redirect } from "./pages.ts";
import { levelFor } from "./profiles.ts";
import { shareSuccessors } from "./refresh-rotation.ts";
import { refuseReplays } from "./replay.ts";
import { createResources } from "./resources.ts";
import { adminResource } from "./scopes.ts";
import { recordSessionOrigins } from "./session-origins.ts";
import { createSign, type Sign } from "./sign.ts";

/** A provider whose keys can change under it. */
export interface ProviderHandle {
  /** The provider with the keys of now. */
  current(): Provider;
  /** Answers a request to one of the provider's own addresses. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Reads an access token that comes back to identity. */
  readonly readAccessToken: ReadAccessToken;
  /** Signs what the library does not make. */
  readonly sign: Sign;
  /** Takes the steps of the rotation that are due. */
  rotateKeys(): Promise<void>;
  /** Takes up what has changed about the keys since. */
  reloadKeys(): Promise<void>;
}

/** Makes the library's provider. */
export type MakeProvider = (issuer: string, configuration: Configuration) => Provider;

export const plainProvider: MakeProvider = (issuer, configuration) => new Provider(issuer, configuration);

/**
 * The provider with the keys of the database; the first start makes them.
 *
 * @throws StartRefused when the key-encryption keys do not open them
 */
export async function openProvider(
  parts: ProviderParts,
  pace: KeyPace,
  log: Logger,
  make: MakeProvider = plainProvider,
): Promise<ProviderHandle> {
  const { keyEncryptionKey, furtherKeyEncryptionKeys } = parts.config;
  const keyStores: KeyStores = {
    database: parts.stores.database,
    sealers: [keyEncryptionKey, ...furtherKeyEncryptionKeys],
    schedule: pace.schedule,
  };
  const ring = await openKeyRing(keyStores, pace);
  const renew = () => {
    const keys = ring.keys();
    const provider = make(parts.config.issuer, configure(parts, keys));
    const read = createAccessTokenReader(parts.config.issuer, keys, parts.stores.database);
    equip(provider, parts, keys, { pace, log, read });
    return { provider, callback: provider.callback(), read };
  };
  let now = renew();
  return {
    current: () => now.provider,
    readAccessToken: (token) => now.read(token),
    answer: async (request, response) =>
      ring.isTrusted() ? await now.callback(request, response) : refuseForNow(response),
    rotateKeys: async () => {
      const steps = await advanceSigningKeys(keyStores);
      if (steps.length > 0) log.info({ steps }, "signing keys rotated");
    },
    sign: createSign(() => {
      if (!ring.isTrusted()) throw new Error("the signing keys may have been withdrawn meanwhile");
      return ring.keys();
    }),
    reloadKeys: async () => {
      if (!(await ring.reload())) return;
      now = renew();
      log.info({ keys: ring.keys().map(({ kid }) => kid) }, "signing keys reloaded");
    },
  };
}

/** Signing with keys that may have been withdrawn meanwhile would be worse than not to answer. */
function refuseForNow(response: ServerResponse): void {
  response
    .writeHead(503, { "content-type": "application/json", "cache-control": "no-store", "retry-after": "5" })
    .end(JSON.stringify({ error: "temporarily_unavailable" }));
}

/** Adds to the library's provider what it leaves to us. */
function equip(
  provider: Provider,
  parts: ProviderParts,
  keys: readonly JWK[],
  { pace, log, read }: { readonly pace: KeyPace; readonly log: Logger; readonly read: ReadAccessToken },
): void {
  extendGrants(provider);
  refuseReplays(provider, parts.stores.fleeting);
  // Our own routes say which scheme and host the issuer has; see `addProvider`.
  provider.proxy = true;
  capLevels(provider);
  provider.use(guardLibraryPages);
  useDeviceFlow(provider, parts);
  serveAccessTokens(provider, parts, keys, read);
  provider.use(skipPointlessSignOut);
  endSessionsInOnePlace(provider, parts.stores);
  leaveLogoutToTheQueue(provider);
  endGrantsInOnePlace(provider, parts.stores);
  shareSuccessors(provider, parts.config.cookieKey);
  recordSessionOrigins(provider, parts.stores.database);
  provider.use(sayHowLongKeysKeep(pace));
  provider.use(noteApplicationUses(parts.stores.database, parts.ahead, log));
  logRefusals(provider, log);
}

function useDeviceFlow(provider: Provider, { config, stores, pages }: ProviderParts): void {
  provider.use(limitGuesses(stores.fleeting, config.cookieKey, pages.device.tooManyGuesses));
  provider.use(bringUserCode);
  provider.use(pacePolling(stores.fleeting));
  nameInterval(provider);
}

/** Wherever the library asks how certain a sign-in is, it hears what the client may hear. */
function capLevels({ OIDCContext }: Provider): void {
  Object.defineProperty(OIDCContext.prototype, "acr", {
    get(this: KoaContextWithOIDC["oidc"]) {
      return this.client ? levelFor(this.client, this.session?.acr) : this.session?.acr;
    },
  });
}

/** Introspection, revocation and exchange of access tokens, all of which begin with reading one. */
function serveAccessTokens(
  provider: Provider,
  { config, stores, sectors }: ProviderParts,
  keys: readonly JWK[],
  read: ReadAccessToken,
): void {
  const { database } = stores;
  const { issuer } = config;
  const findResource = createResources(config, database, readNothingAhead);
  provider.use(answerForJwts(read, database));
  const administration = adminResource(config);
  addTokenExchange(provider, { issuer, sign: createSign(() => keys), read, findResource, administration, sectors });
}

/**
 * What the library answers by itself may not be framed and runs its own script only: it adds the script's
 * hash where it finds `script-src`. Our pages replace this policy.
 */
async function guardLibraryPages(context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  const policy = "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'";
  context.set("content-security-policy", policy);
  await next();
}

/** The rotation counts on it that nobody keeps the key set for longer (RFC 9111, RFC 5861). */
function sayHowLongKeysKeep({ cache, staleIfError }: KeyPace) {
  return async (context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    if (context.oidc?.route !== "jwks") return;
    context.set("cache-control", `public, max-age=${cache}, stale-if-error=${staleIfError}`);
  };
}

/** Where nobody is signed in, the library would send a page that only posts itself by a script. */
async function skipPointlessSignOut(context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  const { oidc, status } = context;
  if (oidc?.route !== "end_session" || status !== 200 || oidc.session?.accountId) return;
  context.body = null;
  redirect(context, afterSignOut(context));
}

/** Codes and the library's own words reach the log; parameters, tokens and citizen IDs do not. */
function logRefusals(provider: Provider, log: Logger): void {
  // Errors that show a form again have a name only.
  const refused = ({ oidc }: KoaContextWithOIDC, { name, error, error_detail: detail }: errors.OIDCProviderError) =>
    log.info({ route: oidc.route, error: error ?? name, detail, client: oidc.client?.clientId }, "request refused");
  // These are answered after all.
  const refusedUnlessJwt = (context: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    if (error.error !== unsupported) refused(context, error);
  };
  const failed = (error: Error, route?: string) => log.error({ err: error, route }, "request failed");
  provider
    .on("authorization.error", refused)
    .on("pushed_authorization_request.error", refused)
    .on("grant.error", refused)
    .on("revocation.error", refusedUnlessJwt)
    .on("introspection.error", refusedUnlessJwt)
    .on("device_authorization.error", refused)
    .on("code_verification.error", refused)
    .on("device_resume.error", refused)
    .on("userinfo.error", refused)
    .on("end_session.error", refused)
    .on("end_session_confirm.error", refused)
    .on("server_error", ({ oidc }, error) => failed(error, oidc.route));
  // What escapes the library's own handlers; Koa would print it.
  provider.onerror = (error) => failed(error);
}
