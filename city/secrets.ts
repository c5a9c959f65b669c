/** Prints new secrets for docker-compose.yml: `npm run --silent secrets > .env`. */
import { makeSecrets } from "./launch/secrets.ts";

/** The variables that docker-compose.yml takes from `.env`, each with a new value. */
export function composeSecrets(): Record<string, string> {
  const secrets = makeSecrets();
  return {
    POSTGRES_PASSWORD: secrets.databasePassword,
    PSEUDONYM_KEY: secrets.pseudonymKey,
    IDENTITY_COOKIE_KEY: secrets.identityCookieKey,
    KEY_ENCRYPTION_KEY: secrets.keyEncryptionKey,
    PORTAL_COOKIE_KEY: secrets.portalCookieKey,
    GATEWAY_SIGNING_KEY: secrets.gatewaySigningKey,
    GATEWAY_CACHE_KEY: secrets.gatewayCacheKey,
    PORTAL_CLIENT_KEY: secrets.portalClientKey,
    UTILITIES_EVENT_KEY: secrets.utilitiesEventKey,
    ...Object.fromEntries(
      Object.entries(secrets.callKeys).flatMap(([subgraph, { own, gateway }]) => {
        const name = subgraph.toUpperCase();
        return [[`${name}_CALL_KEY`, own], ...(gateway === own ? [] : [[`${name}_CALL_PUBLIC_KEY`, gateway]])];
      }),
    ),
    ...Object.fromEntries(
      Object.entries(secrets.rolePasswords).map(([role, password]) => [
        `${role.toUpperCase()}_DATABASE_PASSWORD`,
        password,
      ]),
    ),
  };
}

if (import.meta.main) {
  for (const [name, value] of Object.entries(composeSecrets())) console.log(`${name}='${value}'`);
}
