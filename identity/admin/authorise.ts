/** Who may administer: somebody with the right to, freshly signed in at the highest level, whose client proves its key. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createLocalJWKSet, type JSONWebKeySet } from "jose";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { type TokenHolder, verifyAccessToken } from "../../trust/access-token.ts";
import { HuiminError } from "../../trust/errors.ts";
import { type CheckPossession, type ClaimAt, createPossessionCheckAt } from "../../trust/possession.ts";
import type { IdentityConfig } from "../config.ts";
import type { Limiters } from "../credentials/limiters.ts";
import { adminResource, adminScope } from "../provider/scopes.ts";
import type { Sectors } from "../sectors/sectors.ts";
import { findGrantByName } from "../store/grants.ts";
import { isAnyRevoked } from "../store/revoked-tokens.ts";
import { checkProof, oauthError, shownToken } from "../tokens/dpop-request.ts";

/** The level that administration asks for, and how old the sign-in may be, in seconds. */
const demanded = { level: "urn:huimin:loa:3", maxAge: 15 * 60 } as const;

export interface AuthoriseParts {
  readonly app: FastifyInstance;
  readonly config: Pick<IdentityConfig, "issuer">;
  readonly database: Queryable;
  readonly fleeting: Pick<KeyValueStore, "add">;
  readonly sectors: Sectors;
  readonly limiters: Limiters;
}

/** Who sends a request. */
export interface Administrator {
  readonly accountId: string;
  /** For the record: the account, and through which client. */
  readonly actor: string;
}

/** Names who sends a request; null when the refusal is on its way. */
export type Authorise = (request: FastifyRequest, reply: FastifyReply) => Promise<Administrator | null>;

/** @param hasRight whether an account may do what it is all about */
export function createAuthorise(
  { app, config, database, fleeting, sectors, limiters }: AuthoriseParts,
  hasRight: (database: Queryable, accountId: string) => Promise<boolean>,
): Authorise {
  const audience = adminResource(config);
  const checkPossession = createPossessionCheckAt((name, seconds) => fleeting.add(`admin-proof:${name}`, "", seconds));
  const administratorOf = async ({ subject, sector, actor }: TokenHolder): Promise<string | null> => {
    // Nobody administers in another's name.
    if (sector === null || actor !== null) return null;
    const accountId = sectors.pseudonymsOf(sector).open(subject);
    return accountId !== null && (await hasRight(database, accountId)) ? accountId : null;
  };
  /** Of a client counts only what came with its key: nobody slows it down with a token found somewhere. */
  const administratorWith = async (holder: TokenHolder, reply: FastifyReply): Promise<Administrator | null> => {
    const client = { client: holder.clientId };
    const admission = await limiters.admit(["admin-client"], client);
    if (!admission.allowed) return refuseForNow(reply, admission.waitSeconds);
    if (!(await isLive(database, holder))) throw new HuiminError("TOKEN_INVALID", { detail: "it was taken back" });
    if (!holder.scopes.has(adminScope)) return refuse(reply, 403, `error="insufficient_scope", scope="${adminScope}"`);
    if (!isFresh(holder)) {
      const demand = `acr_values="${demanded.level}", max_age="${demanded.maxAge}"`;
      return refuse(reply, 401, `error="insufficient_user_authentication", ${demand}`);
    }
    const accountId = await administratorOf(holder);
    if (accountId === null) return refuse(reply, 403, 'error="access_denied"');
    await limiters.uncount(["admin-client"], client);
    return { accountId, actor: `${accountId} through ${holder.clientId}` };
  };
  const actorOf: Authorise = async (request, reply) => {
    try {
      const policy = { issuer: config.issuer, audience, keys: await ownKeys(app) };
      return await administratorWith(await holderOf(request, policy, checkPossession), reply);
    } catch (error) {
      if (!(error instanceof HuiminError) || error.status >= 500) throw error;
      request.log.info({ code: error.code, detail: error.detail }, "admin request refused");
      return refuse(reply, 401, error.code === "UNAUTHENTICATED" ? "" : `error="${oauthError(error)}"`);
    }
  };
  return async (request, reply) => {
    // What is refused counts, and is counted before it is looked at: parallel requests gain nothing.
    const subject = { address: request.ip };
    const admission = await limiters.admit(["admin-address"], subject);
    if (!admission.allowed) return refuseForNow(reply, admission.waitSeconds);
    const actor = await actorOf(request, reply);
    if (actor !== null) await limiters.uncount(["admin-address"], subject);
    return actor;
  };
}

async function holderOf(
  request: FastifyRequest,
  policy: Parameters<typeof verifyAccessToken>[1],
  checkPossession: CheckPossession<ClaimAt>,
): Promise<TokenHolder> {
  const token = shownToken(request);
  const holder = await verifyAccessToken(token, policy);
  await checkProof(request, policy.issuer, token, holder.keyThumbprint, checkPossession);
  return holder;
}

/** Whether neither the token nor the sign-in behind it has been taken back: what administers is not waited out. */
async function isLive(database: Queryable, { grantId, tokenId }: TokenHolder): Promise<boolean> {
  const grant = grantId === null ? undefined : await findGrantByName(database, grantId);
  return grant !== undefined && !(await isAnyRevoked(database, [tokenId]));
}

function isFresh({ level, signedInAt }: TokenHolder): boolean {
  return level === demanded.level && signedInAt !== null && signedInAt >= Date.now() / 1000 - demanded.maxAge;
}

function refuse(reply: FastifyReply, status: number, challenge: string): null {
  const error = /^error="([a-z_]+)"/.exec(challenge)?.[1] ?? "unauthorized";
  reply.code(status).header("www-authenticate", ["DPoP", challenge].filter(Boolean).join(" ")).send({ error });
  return null;
}

/** RFC 6585, 4. */
function refuseForNow(reply: FastifyReply, waitSeconds: number): null {
  reply.code(429).header("retry-after", waitSeconds).send({ error: "too_many_requests" });
  return null;
}

/** The keys that everybody else is told to verify with, asked in the same way, without the network. */
async function ownKeys(app: FastifyInstance) {
  return createLocalJWKSet((await app.inject("/jwks")).json<JSONWebKeySet>());
}
