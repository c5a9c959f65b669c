/** The OpenID provider, and its renewal when the signing keys change. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type errors, type JWK, type KoaContextWithOIDC, Provider } from "oidc-provider";
import type { Logger } from "../../platform/log.ts";
import { extendGrants } from "../delegation/acting-grant.ts";
import { ensureSigningKeys, readSigningKeys } from "../store/signing-keys.ts";
import { configure, type ProviderParts } from "./configuration.ts";
import { afterSignOut, endSessionsInOnePlace } from "./end-session.ts";
import { redirect } from "./pages.ts";
import { recordSessionOrigins } from "./session-origins.ts";

/** A provider whose keys can change under it. */
export interface ProviderHandle {
  /** The provider with the keys of now. */
  current(): Provider;
  /** Answers a request to one of the provider's own addresses. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Takes up keys that were added or promoted since. */
  reloadKeys(): Promise<void>;
}

/** The provider with the keys of the database; the first start makes one. */
export async function openProvider(parts: ProviderParts, log: Logger): Promise<ProviderHandle> {
  let keys = await ensureSigningKeys(parts.stores.database);
  let provider = createProvider(parts, keys, log);
  let callback = provider.callback();
  return {
    current: () => provider,
    answer: (request, response) => callback(request, response),
    reloadKeys: async () => {
      const found = await readSigningKeys(parts.stores.database);
      if (keyIds(found) === keyIds(keys)) return;
      keys = found;
      provider = createProvider(parts, keys, log);
      callback = provider.callback();
      log.info({ keys: keys.length }, "signing keys reloaded");
    },
  };
}

function keyIds(keys: readonly JWK[]): string {
  return keys.map(({ kid }) => kid).join(" ");
}

function createProvider(parts: ProviderParts, keys: readonly JWK[], log: Logger): Provider {
  const provider = new Provider(parts.config.issuer, configure(parts, keys));
  extendGrants(provider);
  // Our own routes say which scheme and host the issuer has; see `addProvider`.
  provider.proxy = true;
  provider.use(guardLibraryPages);
  provider.use(skipPointlessSignOut);
  endSessionsInOnePlace(provider, parts.stores);
  recordSessionOrigins(provider, parts.stores.database);
  logRefusals(provider, log);
  return provider;
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
  const refused = ({ oidc }: KoaContextWithOIDC, { error, error_detail: detail }: errors.OIDCProviderError) =>
    log.info({ route: oidc.route, error, detail, client: oidc.client?.clientId }, "request refused");
  const failed = (error: Error, route?: string) => log.error({ err: error, route }, "request failed");
  provider
    .on("authorization.error", refused)
    .on("pushed_authorization_request.error", refused)
    .on("grant.error", refused)
    .on("revocation.error", refused)
    .on("userinfo.error", refused)
    .on("end_session.error", refused)
    .on("end_session_confirm.error", refused)
    .on("server_error", ({ oidc }, error) => failed(error, oidc.route));
  // What escapes the library's own handlers; Koa would print it.
  provider.onerror = (error) => failed(error);
}
