/** Attacks of somebody on a running city who has signed in nowhere. */
import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CryptoKey, decodeJwt, importJWK, type JWK } from "jose";
import { inject } from "vitest";
import { authorize } from "../../../city/client/credentials.ts";
import { eventKinds, eventTokenMediaType, signEventToken } from "../../../trust/event-token.ts";
import { readsPath } from "../../../trust/reads.ts";
import { revocationStreamPath } from "../../../trust/security-event.ts";
import { ask, codesOf, credentialsOf } from "../../support/graph.ts";
import { attack, worked } from "../support/attack.ts";

const city = inject("city");
const somebodys = credentialsOf(city, "xiaohe");

attack("she asks for a citizen's data and shows no token", {
  against: "the same city, where a citizen asks",
  weak: async () => await authorize(await somebodys, "POST", city.graph),
  real: () => ({}),
  attempt: async (headers) => {
    const answer = await ask(city.graph, "{ me { id } }", undefined, headers);
    return codesOf(answer)[0] ?? worked;
  },
  meets: "UNAUTHENTICATED",
});

attack("she looks in the schema for what only citizens may ask about", {
  against: "the same city, where a citizen looks",
  weak: async () => await authorize(await somebodys, "POST", city.graph),
  real: () => ({}),
  attempt: async (headers) => {
    const query = '{ __type(name: "PensionAccount") { fields { name } } }';
    const { data } = await ask(city.graph, query, undefined, headers);
    return data?.__type ? worked : "nothing there";
  },
  meets: "nothing there",
});

attack("she misspells what only citizens may ask for, and waits for a suggestion", {
  against: "the same city, where a citizen misspells it",
  weak: async () => await authorize(await somebodys, "POST", city.graph),
  real: () => ({}),
  attempt: async (headers) => {
    const { errors = [] } = await ask(city.graph, "{ me { pensoin { status } } }", undefined, headers);
    return errors.some(({ message }) => message.includes("pension")) ? worked : "no suggestion";
  },
  meets: "no suggestion",
});

attack("she listens at identity to who has been signed out", {
  weak: "cannot be shown: the stream is for whoever signs with the gateway's key",
  real: () => `${city.identity}${revocationStreamPath}`,
  attempt: async (url) => {
    const answer = await fetch(url, { headers: { accept: "text/event-stream" } });
    await answer.body?.cancel();
    return answer.ok ? worked : `status ${answer.status}`;
  },
  meets: "status 401",
});

attack("she writes into the record of reads", {
  weak: "cannot be shown: the record is for whoever signs with the gateway's key",
  real: () => `${city.identity}${readsPath}`,
  attempt: async (url) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ reads: [] }),
    });
    return answer.ok ? worked : `status ${answer.status}`;
  },
  meets: "status 401",
});

attack("she announces a bill to a citizen in the name of utilities", {
  against: "the same city, where utilities announces it",
  weak: async (): Promise<JWK> =>
    JSON.parse(JSON.parse(await readFile(join(city.data, "secrets.json"), "utf8")).utilitiesEventKey),
  real: async (): Promise<JWK> => {
    const keys = await fetch(`http://localhost:${city.basePort + 13}/.well-known/jwks.json`);
    const { kid } = ((await keys.json()) as { keys: [{ kid: string }] }).keys[0];
    return { ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }), kid };
  },
  attempt: async (jwk) => {
    const key = (await importJWK(jwk, "ES256")) as CryptoKey;
    const event = {
      field: "billIssued",
      entity: { __typename: "Bill", id: crypto.randomUUID() },
      citizens: [decodeJwt((await somebodys).accessToken).sub],
      arguments: { service: "WATER" },
    };
    const answer = await fetch(`${city.gateway}/events`, {
      method: "POST",
      headers: { "content-type": eventTokenMediaType },
      body: await signEventToken(
        { subgraph: "utilities", key, keyId: String(jwk.kid) },
        city.gateway,
        crypto.randomUUID(),
        { [eventKinds.announcement]: event },
        Math.floor(Date.now() / 1000),
      ),
    });
    return answer.status === 202 ? worked : ((await answer.json()) as { err: string }).err;
  },
  meets: "authentication_failed",
});
