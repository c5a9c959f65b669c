/** A company's server as a receiver of security events (OpenID Shared Signals Framework 1.0), which are pushed to it. */
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import type { Connection } from "./fapi2.ts";

/** What of `/.well-known/ssf-configuration` is needed here. */
interface Transmitter {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly configuration_endpoint: string;
  readonly verification_endpoint: string;
}

export async function findTransmitter(issuer: URL): Promise<Transmitter> {
  const answer = await fetch(new URL("/.well-known/ssf-configuration", issuer));
  return (await answer.json()) as Transmitter;
}

/**
 * Has events pushed, and asks for a first one that shows that they arrive.
 *
 * @param authorization what the pushes shall show in their header `Authorization`
 */
export async function openStream(
  { configuration, proofs }: Connection,
  { issuer, configuration_endpoint, verification_endpoint }: Transmitter,
  endpointUrl: string,
  authorization: string,
): Promise<void> {
  const wanted = { resource: `${issuer}/ssf`, scope: "ssf.manage" };
  const { access_token: token } = await oidc.clientCredentialsGrant(configuration, wanted, proofs);
  const post = async (url: string, body: object) => {
    const headers = new Headers({ "content-type": "application/json" });
    const text = JSON.stringify(body);
    return await oidc.fetchProtectedResource(configuration, token, new URL(url), "POST", text, headers, proofs);
  };
  const delivery = { method: "urn:ietf:rfc:8935", endpoint_url: endpointUrl, authorization_header: authorization };
  const created = await post(configuration_endpoint, { delivery });
  if (created.status !== 201) throw new Error(`no stream: ${await created.text()}`);
  const { stream_id } = (await created.json()) as { stream_id: string };
  await post(verification_endpoint, { stream_id, state: "hello" });
}

/**
 * Reads an event out of the body of a push, whose header `Authorization` was looked at before. Answer 202 once it is
 * safe; the same `jti` may come twice.
 */
export async function readEvent({ issuer, jwks_uri }: Transmitter, clientId: string, body: string) {
  const keys = createRemoteJWKSet(new URL(jwks_uri));
  const { payload } = await jwtVerify(body, keys, { issuer, audience: clientId, typ: "secevent+jwt" });
  const [name = "", event] = Object.entries(payload.events as Record<string, Record<string, unknown>>)[0] ?? [];
  return { id: payload.jti, name, event, subject: payload.sub_id };
}
