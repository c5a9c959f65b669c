import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { aygul } from "./support/citizens.ts";
import { portalClient, redeem, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";

let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

describe("the code flow", () => {
  it("gives the portal an access token for the graph (RFC 9068) that lives five minutes", async () => {
    const tokens = await redeem(portal, await signIn(identity, portal, aygul));
    const {
      sub,
      aud,
      iss,
      exp = 0,
      iat = 0,
      client_id: clientId,
      scope,
      jti,
      ...rest
    } = decodeJwt(tokens.access_token);
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: "at+jwt", alg: "ES256" });
    expect({ aud, iss, clientId, scope }).toEqual({
      aud: identity.graph,
      iss: identity.issuer,
      clientId: "portal",
      scope: "citizen:read health:read",
    });
    expect(sub).toMatch(pseudonymPattern);
    expect(jti).toBeTruthy();
    expect(exp - iat).toBe(300);
    expect(rest).toEqual({});
    expect(tokens.refresh_token).toBeTruthy();
  });
});
