/** The calls that identity makes: for the public keys of a client, and to tell it of a sign-out or another event. */
import type { ClientMetadata, Configuration, Provider } from "oidc-provider";
import fetchRequest from "oidc-provider/lib/helpers/fetch_request.js";
import type { Queryable } from "../../platform/postgres.ts";
import type { IdentityConfig } from "../config.ts";
import { readClientMetadata } from "../store/clients.ts";
import { portalKeysUrl, portalLogoutUrl } from "./clients.ts";

type OutboundUrls = Pick<IdentityConfig, "issuer" | "portalUrl">;

/**
 * The library refuses to call private addresses, lest a registered client lead identity to a neighbour.
 * The portal's address comes from the configuration and may well be private. Keys that stand in a client's own
 * metadata need no call.
 */
export function callClients(config: OutboundUrls, database: Queryable): NonNullable<Configuration["fetch"]> {
  const trusted: readonly string[] = [portalKeysUrl(config), portalLogoutUrl(config)];
  const own = registeredKeysUrl(config, "");
  return async (input, init = {}) => {
    const url = String(input);
    if (url.startsWith(own)) return await registeredKeys(database, decodeURIComponent(url.slice(own.length)));
    // Without the library's dispatcher, which guards private addresses.
    const { headers = {}, signal = null, method = "GET", body = null } = init;
    const isTrusted = trusted.includes(url) || (method === "POST" && isOnThisMachine(config.issuer, url));
    const options: RequestInit = isTrusted ? { headers, signal, method, body, redirect: "error" } : init;
    const response = await fetch(url, options);
    return method === "POST" ? await inBrief(response) : response;
  };
}

/** Calls an address that a client has named as the library does: within 2.5 s, by way of `callClients`. */
export async function callClient(provider: Provider, url: string, init: RequestInit): Promise<Response> {
  return await fetchRequest(provider, url, init);
}

/** Longest answer of a client that is read, in bytes: why it does not take a token (RFC 8935, 2.4). */
const longestAnswer = 4_096;

/** An answer cut short: a client may say what it likes, for as long as it likes. */
async function inBrief(response: Response): Promise<Response> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > longestAnswer) break;
  }
  const { status, headers } = response;
  return new Response(length > 0 ? Buffer.concat(parts).subarray(0, longestAnswer) : null, { status, headers });
}

/** A city on one machine, where somebody tries things out, tells her programs beside it too. */
export function isOnThisMachine(...urls: readonly string[]): boolean {
  return urls.every((url) => URL.parse(url)?.protocol === "http:" && URL.parse(url)?.hostname === "localhost");
}

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

/**
 * The library wants a `jwks_uri` of every device that sees pseudonyms, as if all were servers. A kiosk is none: its
 * keys are registered with it, and the address that the library gets for them is answered from the register.
 */
export function presentKeys(config: OutboundUrls): (metadata: ClientMetadata) => ClientMetadata {
  return ({ jwks, ...metadata }) =>
    jwks !== undefined && metadata.grant_types?.includes(deviceGrant)
      ? { ...metadata, jwks_uri: registeredKeysUrl(config, metadata.client_id) }
      : { ...metadata, ...(jwks !== undefined && { jwks }) };
}

/** Nothing answers at this address: it never leaves the process. */
function registeredKeysUrl({ issuer }: OutboundUrls, clientId: string): string {
  return `${issuer}/registered-keys/${encodeURIComponent(clientId)}`;
}

async function registeredKeys(database: Queryable, clientId: string): Promise<Response> {
  const metadata = await readClientMetadata(database, clientId);
  if (metadata?.jwks === undefined) return new Response(null, { status: 404 });
  return Response.json(metadata.jwks);
}
