/** The gateway's public keys, as a subgraph holds them. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type ExportedJWKSCache,
  errors,
  type JWTVerifyGetKey,
  jwksCache,
} from "jose";

/** How long keys count without a fetch, and how long they do when the gateway cannot be reached. */
const lifetimeMs = { fresh: 10 * 60_000, known: 60 * 60_000 } as const;

/** At most every so often a token with an unknown key makes the subgraph ask for new ones. */
const rotationCooldownMs = 5_000;

/**
 * Finds the gateway's keys at `${gatewayUrl}/.well-known/jwks.json`: fetched when first needed, when they
 * are ten minutes old, and when a token names a new one (a rotation). While the gateway cannot be reached,
 * known keys stay good for an hour from the last fetch; not longer, so that a withdrawn key dies too.
 *
 * @throws (the function returned) JOSE's errors, or the network's when no key can be had
 */
export function gatewayKeys(gatewayUrl: string, now: () => number = Date.now): JWTVerifyGetKey {
  const cache: Partial<ExportedJWKSCache> = {};
  const remote = createRemoteJWKSet(new URL(`${gatewayUrl}/.well-known/jwks.json`), {
    cacheMaxAge: lifetimeMs.fresh,
    cooldownDuration: rotationCooldownMs,
    timeoutDuration: 3_000,
    // jose writes every set that it fetches here, with the time; the type knows only a full or an empty one.
    [jwksCache]: cache as Record<string, never>,
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      const { jwks, uat = 0 } = cache;
      if (isAboutToken(error) || jwks === undefined || now() - uat > lifetimeMs.known) throw error;
      return await createLocalJWKSet(jwks)(header, token).catch(() => {
        throw error;
      });
    }
  };
}

function isAboutToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}
