/** What access tokens say besides RFC 9068: whose form `sub` has, how she signed in (RFC 9470), what revokes them. */
import { createHash } from "node:crypto";
import type {
  AccessToken,
  Client,
  ClientCredentials,
  KoaContextWithOIDC,
  RefreshToken,
  UnknownObject,
} from "oidc-provider";
import { governmentSector } from "../../trust/pseudonym.ts";
import { actingForIn } from "../delegation/acting-grant.ts";
import { grantMetadataOf, isForStaff } from "./client-metadata.ts";
import { sectorOf } from "./clients.ts";
import type { SubjectOf } from "./subjects.ts";

/**
 * `sector` names the circle of trust whose form of the citizen ID `sub` is, so that a gateway can open it; `acr`,
 * `amr` and `auth_time` are as in the ID token; `sid` and `grant` name the session and the grant behind the token,
 * for whoever hears that either has been revoked. Of somebody who acts for another, `act` is who she is
 * herself and `withheld` what is kept from her; a caseworker's names her `department` and `role`. What a company got in
 * its own name says its sector alone.
 */
export function tokenClaims(subjectOf: SubjectOf) {
  return async (
    context: KoaContextWithOIDC,
    token: AccessToken | ClientCredentials,
  ): Promise<UnknownObject | undefined> =>
    token.kind === "AccessToken"
      ? {
          ...signInClaims(context, token as AccessToken),
          ...actorClaims(context, token as AccessToken, subjectOf),
          ...staffClaims(context),
        }
      : companyClaims(token as ClientCredentials);
}

function companyClaims({ client }: ClientCredentials): UnknownObject | undefined {
  const sector = client && sectorOf(client);
  return sector === undefined || sector === governmentSector ? undefined : { sector };
}

function actorClaims(context: KoaContextWithOIDC, { accountId }: AccessToken, subjectOf: SubjectOf): UnknownObject {
  const { client } = context.oidc;
  const acting = actingForIn(context, accountId);
  if (!acting || !client) return {};
  return { act: { sub: subjectOf(accountId, client) }, withheld: acting.withheld };
}

/**
 * Has introspection say who acts with a refresh token, as it does of access tokens: the library's answer takes what a
 * token carries in `extra`. It is not saved.
 */
export function nameActor(context: KoaContextWithOIDC, token: RefreshToken, subjectOf: SubjectOf): void {
  const { accountId } = token;
  const { client } = context.oidc;
  if (client && actingForIn(context, accountId)) {
    Reflect.set(token, "extra", { act: { sub: subjectOf(accountId, client) } });
  }
}

/** Of a caseworker: for which department she works, and as what. */
function staffClaims({ oidc: { client, account } }: KoaContextWithOIDC): UnknownObject {
  return client && account && isForStaff(client) ? { department: account.department, role: account.role } : {};
}

function signInClaims({ oidc }: KoaContextWithOIDC, token: AccessToken): UnknownObject {
  const source = oidc.entities.AuthorizationCode ?? oidc.entities.RefreshToken ?? oidc.entities.DeviceCode;
  const { acr, amr, authTime } = source ?? {};
  const { grantId, sessionUid } = token;
  return {
    ...(token.client && clientClaims(token.client)),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(grantId !== undefined && { grant: publicNameOf(grantId) }),
    ...(sessionUid !== undefined && { sid: sessionNameOf(sessionUid, String(token.clientId)) }),
  };
}

function clientClaims(client: Client): UnknownObject {
  const { may_act: mayAct } = grantMetadataOf(client);
  return { sector: sectorOf(client), ...(mayAct !== undefined && { may_act: { sub: mayAct } }) };
}

/** The name by which others know something, such as a grant: it opens nothing in identity's own stores. */
export function publicNameOf(id: string): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, 22);
}

/** The name of a session in the tokens of one client: another's is different, or both could find out that she is one. */
export function sessionNameOf(sessionUid: string, clientId: string): string {
  return publicNameOf(`${sessionUid} ${clientId}`);
}
