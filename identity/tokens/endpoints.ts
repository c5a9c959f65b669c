/**
 * Introspection (RFC 7662, RFC 9701) and revocation (RFC 7009) of access tokens that are JWTs. The library proves
 * the client and then refuses such tokens; what comes after that refusal is answered here.
 */
import type { Client, KoaContextWithOIDC } from "oidc-provider";
import type { Database } from "../../platform/postgres.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { grantMetadataOf } from "../provider/client-metadata.ts";
import { markRevoked } from "../store/revoked-tokens.ts";
import type { LiveAccessToken, ReadAccessToken } from "./access-tokens.ts";

export function answerForJwts(read: ReadAccessToken, database: Database) {
  return async (context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const { client, params, route } = context.oidc ?? {};
    if (!client || typeof params?.token !== "string" || !isRefusedAsJwt(context.body)) return;
    const found = await read(params.token);
    if (route === "introspection") await introspect(context, client, found);
    if (route === "revocation") await revoke(context, client, found, database);
  };
}

/** What the library answers for a JWT once the client is proved. */
function isRefusedAsJwt(body: unknown): boolean {
  return typeof body === "object" && body !== null && Reflect.get(body, "error") === unsupported;
}

/** The error with which the library refuses JWTs; it says nothing of how the request ended. */
export const unsupported = "unsupported_token_type";

/**
 * Whether a client may look into a token: its own, or one for a resource that it serves. Whoever cannot prove which
 * client it is may not: it could try tokens that it found.
 */
export function mayIntrospect(client: Client, token: { clientId?: string | undefined; aud?: unknown }): boolean {
  if (client.clientAuthMethod === "none") return false;
  const served = grantMetadataOf(client).protected_resources ?? [];
  return token.clientId === client.clientId || served.some((resource) => resource === token.aud);
}

const signedAnswer = "application/token-introspection+jwt";

async function introspect(context: KoaContextWithOIDC, client: Client, found: LiveAccessToken | null): Promise<void> {
  const isAllowed = found && mayIntrospect(client, { clientId: found.claims.client_id, aud: found.claims.aud });
  const answer = isAllowed ? answerOf(found) : { active: false };
  context.status = 200;
  context.body = answer;
  if (context.accepts("json", signedAnswer) !== signedAnswer) return;
  const { IdToken } = context.oidc.provider;
  const token = new IdToken({}, { ctx: context });
  token.set("token_introspection", answer);
  context.body = await token.issue({ use: "introspection" });
  context.type = signedAnswer;
}

function answerOf({ claims }: LiveAccessToken): object {
  const { exchanged_from: _internal, ...rest } = claims;
  return { ...rest, active: true, token_type: claims.cnf?.jkt === undefined ? "Bearer" : "DPoP" };
}

/** Whatever the token was, the client hears that it is good no more (RFC 7009, 2.2). */
async function revoke(
  context: KoaContextWithOIDC,
  client: Client,
  found: LiveAccessToken | null,
  database: Database,
): Promise<void> {
  context.status = 200;
  context.body = "";
  if (found?.claims.client_id !== client.clientId) return;
  const { jti: tokenId, exp: expiresAt } = found.claims;
  const { accountId } = found;
  await database.transaction(async (tx) => {
    const isNew = await markRevoked(tx, tokenId, expiresAt);
    if (!isNew) return;
    const event = { kind: "token-revoked", tokenId, expiresAt, initiator: "user" } as const;
    await emitSecurityEvent(tx, accountId === null ? event : { accountId, ...event });
  });
}
