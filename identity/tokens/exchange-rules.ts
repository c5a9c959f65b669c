/** What a token exchange may give: never more than the subject token held, in scope, time or anonymity. */
import { type Client, errors } from "oidc-provider";
import { parseScopes } from "../../trust/caller.ts";
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { grantMetadataOf } from "../provider/client-metadata.ts";
import type { Sectors } from "../sectors/sectors.ts";
import type { LiveAccessToken } from "./access-tokens.ts";
import { actorsOf, mostActors } from "./actors.ts";

/**
 * Whether the token is the client's to exchange: a citizen's, given to it or received by it as the server of the
 * resource, and not reserved for another client.
 *
 * @throws errors.InvalidRequest, as RFC 8693, 2.2.2 has it for a subject token that is not acceptable
 */
export function assertExchangeable({ claims, accountId }: LiveAccessToken, client: Client): void {
  if (accountId === null) throw new errors.InvalidRequest("subject_token is a client's own, with no citizen behind it");
  const served = grantMetadataOf(client).protected_resources ?? [];
  if (claims.client_id !== client.clientId && !served.includes(claims.aud)) {
    throw new errors.InvalidRequest("subject_token was not issued for this client");
  }
  if (claims.may_act !== undefined && memberOf(claims.may_act, "sub") !== client.clientId) {
    throw new errors.InvalidRequest("subject_token may be exchanged by another client only");
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/**
 * The actors of the new token, the client first.
 *
 * @throws errors.InvalidRequest when the client is among them already or there would be too many
 */
export function nextActors({ claims }: Pick<LiveAccessToken, "claims">, client: Client): string[] {
  const before = actorsOf(claims.act);
  if (before === null) throw new errors.InvalidRequest("subject_token has a malformed chain of actors");
  if (before.includes(client.clientId)) throw new errors.InvalidRequest("the client has acted with this token before");
  if (before.length >= mostActors) throw new errors.InvalidRequest("the token has passed through too many hands");
  return [client.clientId, ...before];
}

/**
 * The scopes of the new token: of those that the subject token has, the ones that the target knows and the client
 * asks for.
 *
 * @throws errors.InvalidScope when the client asks for another, or none is left
 */
export function narrowedScopes(held: string, known: readonly string[], asked: string | undefined): string[] {
  const available = [...parseScopes(held)].filter((scope) => known.includes(scope));
  const wanted = asked === undefined ? available : [...parseScopes(asked)];
  const [beyond] = wanted.filter((scope) => !available.includes(scope));
  if (beyond !== undefined) throw new errors.InvalidScope("requested scope is wider than the subject token", beyond);
  if (wanted.length === 0) throw new errors.InvalidScope("the subject token has no scope of this resource", held);
  return wanted;
}

/**
 * Turns the names of one sector into those of another: of the subject, and of people among the actors. Clients keep
 * their names.
 *
 * @throws errors.InvalidRequest for a name that is not of the sector
 */
export function renaming(sectors: Pick<Sectors, "pseudonymsOf">, from: string, to: string): (name: string) => string {
  return (name) => {
    if (!pseudonymPattern.test(name)) return name;
    const citizenId = sectors.pseudonymsOf(from).open(name);
    if (citizenId === null) throw new errors.InvalidRequest("subject_token names somebody of another sector");
    return sectors.pseudonymsOf(to).seal(citizenId);
  };
}
