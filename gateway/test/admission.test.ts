import { createSecretKey } from "node:crypto";
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

const readMe = "{ me { id } }";

let city: TestCity;
let audience: string;
const citizen = newCitizenId();

beforeAll(async () => {
  city = await startCity();
  audience = `${city.gatewayUrl}/graphql`;
});
afterAll(() => city.close());

const now = () => Math.floor(Date.now() / 1000);

async function refusal(token: string) {
  const { status, headers, data, errors } = await city.query(readMe, { token });
  expect(data).toBeUndefined();
  return { status, code: errors?.[0]?.extensions.code, challenge: headers.get("www-authenticate") };
}

describe("a caller with a good access token", () => {
  it("reads her own data", async () => {
    const { status, data } = await city.query(readMe, { token: await city.token(citizen) });
    expect(status).toBe(200);
    expect(data).toEqual({ me: { id: citizen } });
  });

  it("may spell the scheme as she likes", async () => {
    const { data } = await city.query(readMe, { headers: { authorization: `bEARER  ${await city.token(citizen)}` } });
    expect(data).toEqual({ me: { id: citizen } });
  });

  it("is refused as soon as the token has expired, however often it was good before", async () => {
    // Verification allows for clocks that differ by five seconds.
    const token = await city.token(citizen, { claims: { exp: now() - 3 } });
    expect((await city.query(readMe, { token })).status).toBe(200);
    await expect.poll(async () => (await refusedOrGood(token)).status, { timeout: 10_000 }).toBe(401);
    expect((await refusal(token)).code).toBe("TOKEN_EXPIRED");
  });

  it("is known by the token alone: two citizens at once never see each other's answer", async () => {
    const citizens = Array.from({ length: 12 }, newCitizenId);
    const tokens = await Promise.all(citizens.map((id) => city.token(id)));
    const query = "{ me { id name { text } employment { job { employer } } } }";
    const rounds = Array.from({ length: 120 }, (_, i) => i % citizens.length);
    const answers = await Promise.all(rounds.map((i) => city.query(query, { token: tokens[i] })));
    expect(answers.map(({ data }) => data)).toEqual(
      rounds.map((i) => ({
        me: {
          id: citizens[i],
          name: { text: `Name of ${citizens[i]}` },
          employment: { job: { employer: `Employer of ${citizens[i]}` } },
        },
      })),
    );
  });

  async function refusedOrGood(token: string) {
    return await city.query(readMe, { token });
  }
});

describe("nobody", () => {
  it("may read the schema", async () => {
    const { status, data } = await city.query("{ __schema { queryType { name } } __typename }");
    expect(status).toBe(200);
    expect(data).toEqual({ __schema: { queryType: { name: "Query" } }, __typename: "Query" });
  });

  it.each([
    ["a field", readMe],
    ["a field beside introspection", "{ __typename me { id } }"],
    ["a field in a fragment", "{ ...F } fragment F on Query { ... on Query { me { id } } }"],
    ["a field that is skipped", "{ __typename me @skip(if: true) { id } }"],
  ])("may not read data: %s", async (_name, query) => {
    const { status, headers, errors } = await city.query(query);
    expect(status).toBe(401);
    expect(errors).toEqual([{ message: "Sign in to read this.", extensions: { code: "UNAUTHENTICATED" } }]);
    expect(headers.get("www-authenticate")).toBe(
      'DPoP realm="huimin", algs="ES256 EdDSA Ed25519 PS256", Bearer realm="huimin"',
    );
  });
});

describe("an access token is refused", () => {
  const invalid = {
    status: 401,
    code: "TOKEN_INVALID",
    challenge: expect.stringMatching(
      /^DPoP realm="huimin", error="invalid_token", error_description="The access token is not valid here. Sign in again.", algs=".*", Bearer realm="huimin", error="invalid_token"/,
    ),
  };

  it("when it is garbage", async () => {
    expect(await refusal("garbage")).toEqual(invalid);
    expect(await refusal("a.b.c")).toEqual(invalid);
  });

  it.each([
    ["another issuer", { iss: "https://elsewhere.example" }],
    ["another audience", { aud: "https://elsewhere.example/graphql" }],
    ["no audience", { aud: undefined }],
    ["no client", { client_id: undefined }],
    ["no subject", { sub: undefined }],
    ["no identifier", { jti: undefined }],
    ["no expiry", { exp: undefined }],
    ["a start that is still to come", { nbf: now() + 600 }],
  ])("when it has %s", async (_name, claims) => {
    expect(await refusal(await city.token(citizen, { claims }))).toEqual(invalid);
  });

  it.each(["JWT", "id+jwt", "txntoken+jwt", ""])("when its type is %j", async (typ) => {
    expect(await refusal(await city.token(citizen, { header: { typ } }))).toEqual(invalid);
  });

  it("when it has expired, with a code that says so", async () => {
    const refused = await refusal(await city.token(citizen, { claims: { exp: now() - 60 } }));
    expect(refused).toMatchObject({ status: 401, code: "TOKEN_EXPIRED" });
    expect(refused.challenge).toContain('error="invalid_token"');
  });

  it("when it is not signed", async () => {
    const unsigned = new UnsecuredJWT(claims()).setIssuedAt().setExpirationTime("5m").encode();
    expect(await refusal(unsigned)).toEqual(invalid);
  });

  it("when it is signed with the public key as a shared secret", async () => {
    const { publicJwk, kid } = city.issuer.key();
    const publicKey = await importJWK({ ...publicJwk, ext: true });
    if (publicKey instanceof Uint8Array) throw new TypeError("an EC key");
    const secret = createSecretKey(Buffer.from(await exportSPKI(publicKey)));
    const header = { alg: "HS256", typ: "at+jwt", kid };
    const token = await new SignJWT(claims()).setProtectedHeader(header).setExpirationTime("5m").sign(secret);
    expect(await refusal(token)).toEqual(invalid);
  });

  it("when another key signed it", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    expect(await refusal(await city.token(citizen, { key: privateKey }))).toEqual(invalid);
  });

  it("when its key is unknown", async () => {
    expect(await refusal(await city.token(citizen, { header: { kid: "forged" } }))).toEqual(invalid);
  });

  it("when the credentials are of another scheme", async () => {
    const { status, errors } = await city.query(readMe, { headers: { authorization: "Basic dXNlcjpwYXNz" } });
    expect(status).toBe(401);
    expect(errors?.[0]?.extensions.code).toBe("TOKEN_INVALID");
  });

  it("for the schema too: a bad token is never taken for none", async () => {
    expect((await city.query("{ __typename }", { token: "garbage" })).status).toBe(401);
  });

  it("in the URL, however good it is", async () => {
    const url = `${audience}?query=${encodeURIComponent(readMe)}&access_token=${await city.token(citizen)}`;
    const response = await fetch(url);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("never in the URL");
  });

  it("without a trace of it in the log or the answer", async () => {
    const token = await city.token(citizen, { claims: { aud: "https://elsewhere.example" } });
    const { errors } = await city.query(readMe, { token });
    expect(JSON.stringify(errors)).not.toContain("elsewhere");
    expect(city.logged()).not.toContain(token);
    expect(city.logged()).not.toContain(citizen);
  });

  function claims() {
    return {
      iss: city.issuer.url,
      aud: audience,
      sub: citizen,
      iat: now(),
      exp: now() + 300,
      jti: "1",
      client_id: "cli",
      scope: "citizen:read",
    };
  }
});
