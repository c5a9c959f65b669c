/** A call to a subgraph of a running city, as the gateway makes it: what somebody inside could have overheard. */
import { createPrivateKey, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { calculateJwkThumbprint, decodeJwt, importJWK, type JWK } from "jose";
import type { Credentials } from "../../../city/client/credentials.ts";
import { createSealCall } from "../../../gateway/boundary/signed-calls.ts";
import { callKey } from "../../../trust/call-keys.ts";
import { parseScopes } from "../../../trust/caller.ts";
import { mintTransactionToken, transactionTokenHeader } from "../../../trust/transaction-token.ts";
import type { City } from "../../support/city.ts";

/** A subgraph of the departments, and how far its port is from the city's first. */
export const departments = { health: 10, pension: 11, employment: 12, utilities: 13 } as const;
export type Department = keyof typeof departments;

export interface CopiedCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The address at which a department answers the gateway. */
export function addressOf({ basePort }: Pick<City, "basePort">, department: Department): string {
  return `http://localhost:${basePort + departments[department]}/graphql`;
}

/** A fresh call about her that a department has not seen yet. */
export async function copiedCall(
  city: Pick<City, "basePort" | "data" | "gateway">,
  department: Department,
  { accessToken }: Credentials,
  selection: string,
): Promise<CopiedCall> {
  const { gatewaySigningKey, callKeys } = JSON.parse(await readFile(join(city.data, "secrets.json"), "utf8"));
  const jwk = JSON.parse(gatewaySigningKey) as JWK & { readonly kid: string };
  const key = await importJWK(jwk, "ES256");
  if (key instanceof Uint8Array) throw new TypeError("the gateway's key is symmetric");
  const signer = { issuer: city.gateway, key, keyId: jwk.kid, keyThumbprint: await calculateJwkThumbprint(jwk) };
  const { sub: subject = "", scope, exp: expiresAt = 0 } = decodeJwt<{ scope: string }>(accessToken);
  const caller = { subject, clientId: "cli", scopes: parseScopes(scope), expiresAt };
  const now = Math.floor(Date.now() / 1000);
  const token = await mintTransactionToken(signer, caller, department, randomUUID(), now);
  const url = addressOf(city, department);
  const own = { keyId: jwk.kid, key: createPrivateKey({ key: { ...jwk }, format: "jwk" }) };
  const seal = createSealCall(department, new URL(url), callKey.parse(callKeys[department].gateway), own, {
    call: () => {},
    event: () => {},
  });
  const representations = [{ __typename: "Citizen", id: subject }];
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Citizen { ${selection} } } }`;
  const body = JSON.stringify({ query, variables: { r: representations } });
  const { headers } = seal(body, { "content-type": "application/json", [transactionTokenHeader]: token });
  return { url, headers, body };
}
