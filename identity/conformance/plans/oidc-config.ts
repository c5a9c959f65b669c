/** OpenID Connect Discovery: the config certification profile. */
import type { Plan } from "../plan.ts";
import type { ProviderUnderTest } from "../provider-under-test.ts";
import { require, requireEqual } from "../verdict.ts";

export const oidcConfig: Plan = {
  "oidcc-discovery-endpoint-verification": async (op) => {
    const answer = await fetch(`${op.issuer}/.well-known/openid-configuration`);
    requireEqual(answer.status, 200, "status of the discovery answer");
    require(answer.headers.get("content-type")?.startsWith("application/json") ?? false, "discovery is not JSON");
    requireEqual(op.metadata.issuer, op.issuer, "issuer");
    requireIncludes(op, "response_types_supported", "code");
    requireIncludes(op, "scopes_supported", "openid");
    requireIncludes(op, "grant_types_supported", "authorization_code");
    requireIncludes(op, "subject_types_supported", "pairwise");
    requireIncludes(op, "code_challenge_methods_supported", "S256");
    require(listOf(op, "id_token_signing_alg_values_supported").length > 0, "no algorithm signs ID tokens");
    require(listOf(op, "claims_supported").includes("sub"), "claims_supported has no sub");
    requireSecureEndpoints(op);
    await requirePublicKeys(op);
  },
};

/** A list of the metadata. @throws Failed when there is none */
export function listOf({ metadata }: ProviderUnderTest, name: string): readonly unknown[] {
  const list = metadata[name];
  require(Array.isArray(list), `the metadata have no list ${name}`);
  return list;
}

export function requireIncludes(op: ProviderUnderTest, name: string, value: string): void {
  require(listOf(op, name).includes(value), `${name} does not include ${value}`);
}

/** Every endpoint is on https; on the machine itself http will do, as for the issuer. */
export function requireSecureEndpoints({ issuer, metadata }: ProviderUnderTest): void {
  for (const [name, value] of Object.entries(metadata)) {
    if (!/_endpoint$|_uri$/.test(name) || typeof value !== "string") continue;
    const { protocol, hostname } = new URL(value);
    require(protocol === "https:" || hostname === "localhost", `${name} is not an https address`);
    requireEqual(new URL(value).origin, new URL(issuer).origin, `origin of ${name}`);
  }
}

async function requirePublicKeys({ metadata }: ProviderUnderTest): Promise<void> {
  const { keys } = (await (await fetch(String(metadata.jwks_uri))).json()) as { keys: Record<string, unknown>[] };
  require(keys.length > 0, "there are no keys");
  for (const key of keys) {
    require(typeof key.kid === "string" && typeof key.kty === "string", "a key has no kid or kty");
    for (const secret of ["d", "p", "q", "dp", "dq", "qi", "k"]) {
      require(!(secret in key), `a key shows its member ${secret}`);
    }
  }
}
