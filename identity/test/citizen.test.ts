import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signCall } from "../../trust/call-signature.ts";
import type { Caller } from "../../trust/caller.ts";
import { hmacSha256 } from "../../trust/http-signature.ts";
import { governmentSector, sectorPseudonyms } from "../../trust/pseudonym.ts";
import { mintTransactionToken, transactionTokenHeader } from "../../trust/transaction-token.ts";
import { aygul, wei } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let gateway: { key: CryptoKey; keyThumbprint: string; server: Server };
let herself: string;
let another: string;

beforeAll(async () => {
  identity = await startTestIdentity();
  gateway = await startGatewayKeys(new URL(identity.config.gatewayUrl));
  const pseudonyms = sectorPseudonyms(identity.config.pseudonymKey, governmentSector);
  herself = pseudonyms.seal(aygul.citizenId);
  another = pseudonyms.seal(wei.citizenId);
});
afterAll(async () => {
  gateway.server.close();
  await identity.close();
});

async function startGatewayKeys(url: URL): Promise<typeof gateway> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "gateway", alg: "ES256" }];
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys }));
  }).listen(Number(url.port), "localhost");
  await once(server, "listening");
  return { key: privateKey, keyThumbprint: await calculateJwkThumbprint(publicKey), server };
}

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: { readonly extensions: { readonly code: string } }[];
}

/** Asks the subgraph as the gateway does for the citizen of `subject`. */
async function ask(
  query: string,
  variables: object = {},
  subject = herself,
  subgraph = "citizen",
  acting: Partial<Caller> = {},
): Promise<Answer> {
  const now = Math.floor(Date.now() / 1000);
  const scopes = new Set([`${subgraph}:read`]);
  const caller = { subject, clientId: "portal", scopes, expiresAt: now + 300, ...acting };
  const signer = { issuer: identity.config.gatewayUrl, ...gateway, keyId: "gateway" };
  const token = await mintTransactionToken(signer, caller, subgraph, "txn", now);
  const body = JSON.stringify({ query, variables });
  const { host: authority } = new URL(identity.issuer);
  const call = { method: "POST", authority, target: "/subgraph", contentType: "application/json", token };
  const { headers } = signCall(call, body, hmacSha256("citizen", identity.config.callKey.bytes), randomUUID(), now);
  const answer = await fetch(`${identity.issuer}/subgraph`, {
    method: "POST",
    headers: { "content-type": "application/json", [transactionTokenHeader]: token, ...headers },
    body,
  });
  return (await answer.json()) as Answer;
}

const fields = "id name { text latin } birthDate address { district line postalCode } preferredLanguage";
const entities = `query ($references: [_Any!]!) { _entities(representations: $references) { ... on Citizen { ${fields} } } }`;
const referenceTo = (id: string) => ({ __typename: "Citizen", id });

describe("the citizen subgraph", () => {
  it("tells the citizen her own record", async () => {
    const record = {
      id: herself,
      name: { text: aygul.name, latin: null },
      birthDate: "1989-12-31",
      address: { district: "新城区", line: "和平路 1 号", postalCode: "000001" },
      preferredLanguage: "zh-CN",
    };
    expect(await ask(`{ me { ${fields} } }`)).toEqual({ data: { me: record } });
    expect(await ask(`query ($id: CitizenID!) { citizen(id: $id) { ${fields} } }`, { id: herself })).toEqual({
      data: { citizen: record },
    });
    expect(await ask(entities, { references: [referenceTo(herself)] })).toEqual({ data: { _entities: [record] } });
  });

  it("tells nobody another's record, whether or not there is such a citizen", async () => {
    const pseudonyms = sectorPseudonyms(identity.config.pseudonymKey, governmentSector);
    const nobody = pseudonyms.seal(randomUUID());
    for (const id of [another, nobody]) {
      const direct = await ask("query ($id: CitizenID!) { citizen(id: $id) { id } }", { id });
      expect(direct.data).toEqual({ citizen: null });
      expect(direct.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    }
    const mixed = await ask(entities, { references: [referenceTo(herself), referenceTo(another)] });
    expect(mixed.data?._entities).toEqual([expect.objectContaining({ id: herself }), null]);
    expect(mixed.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  });

  it("knows nobody under a pseudonym that is not the government's", async () => {
    const foreign = sectorPseudonyms(identity.config.pseudonymKey, "bank").seal(aygul.citizenId);
    expect(await ask("{ me { id } }", {}, foreign)).toEqual({ data: { me: null } });
  });

  it("reads a register entry without an address as having none", async () => {
    await identity.database.query(
      `UPDATE citizen SET address_district = NULL, address_line = NULL, address_postal_code = NULL, name_latin = 'Wang Wei'
       WHERE citizen_id = $1`,
      [wei.citizenId],
    );
    expect(await ask("{ me { address { line } name { latin } } }", {}, another)).toEqual({
      data: { me: { address: null, name: { latin: "Wang Wei" } } },
    });
  });

  it("tells nobody who acts for a protected person where she lives", async () => {
    const acting = (withheld: Caller["withheld"] & object) =>
      ask("{ me { name { text } address { line } } }", {}, herself, "citizen", { actor: another, withheld });
    const name = { text: aygul.name };
    expect(await acting(new Set())).toEqual({ data: { me: { name, address: { line: "和平路 1 号" } } } });
    expect(await acting(new Set(["whereabouts"]))).toEqual({ data: { me: { name, address: null } } });
  });

  it("answers the gateway only, with a token for this very subgraph", async () => {
    const bare = await fetch(`${identity.issuer}/subgraph`, { method: "POST", body: "{}" });
    expect(bare.status).toBe(401);
    expect((await ask("{ me { id } }", {}, herself, "health")).errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});
