import type { Session, Sessions, Tokens } from "./sessions.ts";

/** An access token that ends within so many seconds is renewed first: a query must not outlive it. */
const marginSeconds = 30;

/** The access token of a session, renewed when need be; null when identity grants no more. */
export type FreshToken = (session: Session) => Promise<string | null>;

/**
 * Renews tokens one at a time a session: parallel requests share one renewal, since a refresh token that is used
 * twice may count as stolen.
 *
 * @param renewAt asks identity for fresh tokens; null when it grants no more
 * @param keyThumbprint of the portal's key: a token that is bound to an earlier one is renewed too
 */
export function createFreshToken(
  sessions: Sessions,
  renewAt: (tokens: Tokens) => Promise<Tokens | null>,
  keyThumbprint: string,
): FreshToken {
  const isFresh = (tokens: Tokens) =>
    tokens.keyThumbprint === keyThumbprint && tokens.expiresAt - marginSeconds > Date.now() / 1000;
  const renewals = new Map<string, Promise<string | null>>();
  const renew = async (id: string): Promise<string | null> => {
    // Another request may have renewed them since this one read its session.
    const session = await sessions.find(id);
    if (session === null) return null;
    if (isFresh(session.tokens)) return session.tokens.accessToken;
    const tokens = await renewAt(session.tokens);
    if (tokens) await sessions.renew(id, tokens);
    return tokens?.accessToken ?? null;
  };
  return async ({ id, tokens }) => {
    if (isFresh(tokens)) return tokens.accessToken;
    const renewal = renewals.get(id) ?? renew(id).finally(() => renewals.delete(id));
    renewals.set(id, renewal);
    return await renewal;
  };
}
