/** What a client asks for in a token exchange (RFC 8693, 2.1). */
import { errors } from "oidc-provider";

export const tokenExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
export const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";

/** The parameters that the grant knows, besides those of every token request. */
export const exchangeParameters = [
  "subject_token",
  "subject_token_type",
  "requested_token_type",
  "actor_token",
  "actor_token_type",
  "audience",
  "resource",
  "scope",
] as const;

export interface ExchangeRequest {
  readonly subjectToken: string;
  /** Where the new token is to be used. */
  readonly target: string;
  /** The scopes asked for, parted by spaces; undefined for all that can be had. */
  readonly scope: string | undefined;
}

/** @throws errors.InvalidRequest, errors.InvalidTarget */
export function readExchange(parameters: Readonly<Record<string, unknown>>): ExchangeRequest {
  const given = (name: (typeof exchangeParameters)[number]): string | undefined => {
    const value = parameters[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const subjectToken = given("subject_token");
  if (subjectToken === undefined) throw new errors.InvalidRequest("subject_token is required");
  if (given("subject_token_type") !== accessTokenType) {
    throw new errors.InvalidRequest("subject_token_type must name an access token");
  }
  if ((given("requested_token_type") ?? accessTokenType) !== accessTokenType) {
    throw new errors.InvalidRequest("requested_token_type must name an access token");
  }
  // Who acts is the client that has just proved itself, and nobody else.
  if (given("actor_token") !== undefined || given("actor_token_type") !== undefined) {
    throw new errors.InvalidRequest("actor_token is not taken: the client itself is the actor");
  }
  const targets = new Set([given("resource"), given("audience")].filter((target) => target !== undefined));
  const [target] = targets;
  if (target === undefined || targets.size > 1) throw new errors.InvalidTarget("exactly one resource must be named");
  return { subjectToken, target, scope: given("scope") };
}
