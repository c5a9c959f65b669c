/** An authenticator in memory: what it says can be bent where a real one would not let itself be bent. */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isoCBOR } from "@simplewebauthn/server/helpers";
import type { Page } from "./user-agent.ts";

/** What an answer says; a test changes what it wants to see refused. */
export interface Bent {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  /** Whether the user was verified. */
  readonly verified?: boolean;
}

export interface Authenticator {
  /** Answers `navigator.credentials.create`. @returns the JSON of field `credential` */
  create(page: Page, bent?: Bent): string;
  /** Answers `navigator.credentials.get`. */
  get(page: Page, bent?: Bent): string;
}

const userPresent = 0x01;
const userVerified = 0x04;
const attested = 0x40;

/** The options in the page's form for passkeys. */
export function optionsOf({ text }: Page): { challenge: string; allowCredentials?: { id: string }[] } {
  const [, escaped = ""] = /data-options="([^"]*)"/.exec(text) ?? [];
  return JSON.parse(escaped.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&"));
}

export function createAuthenticator(issuer: string): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(32);
  let counter = 0;
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const coseKey = isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, "base64url"))],
      [-3, new Uint8Array(Buffer.from(y, "base64url"))],
    ]),
  );
  const dataOf = (flags: number, { rpId = new URL(issuer).hostname, verified = true }: Bent, rest: Uint8Array[]) => {
    counter += 1;
    const head = Buffer.alloc(5);
    head.writeUInt8(userPresent | (verified ? userVerified : 0) | flags);
    head.writeUInt32BE(counter, 1);
    return Buffer.concat([createHash("sha256").update(rpId).digest(), head, ...rest]);
  };
  const clientData = (type: string, page: Page, { origin = new URL(issuer).origin, challenge }: Bent) =>
    Buffer.from(
      JSON.stringify({ type, challenge: challenge ?? optionsOf(page).challenge, origin, crossOrigin: false }),
    );
  const answer = (response: Record<string, Buffer>) =>
    JSON.stringify({
      id: id.toString("base64url"),
      rawId: id.toString("base64url"),
      type: "public-key",
      clientExtensionResults: {},
      response: Object.fromEntries(
        Object.entries(response).map(([name, value]) => [name, value.toString("base64url")]),
      ),
    });
  return {
    create: (page, bent = {}) => {
      const length = Buffer.from([0, id.length]);
      const authData = dataOf(attested, bent, [Buffer.alloc(16), length, id, coseKey]);
      const attestation = isoCBOR.encode(
        new Map<string, string | Uint8Array | Map<string, string>>([
          ["fmt", "none"],
          ["attStmt", new Map<string, string>()],
          ["authData", new Uint8Array(authData)],
        ]),
      );
      return answer({
        clientDataJSON: clientData("webauthn.create", page, bent),
        attestationObject: Buffer.from(attestation),
      });
    },
    get: (page, bent = {}) => {
      const authenticatorData = dataOf(0, bent, []);
      const clientDataJSON = clientData("webauthn.get", page, bent);
      const signed = Buffer.concat([authenticatorData, createHash("sha256").update(clientDataJSON).digest()]);
      return answer({ clientDataJSON, authenticatorData, signature: sign("sha256", signed, privateKey) });
    },
  };
}
