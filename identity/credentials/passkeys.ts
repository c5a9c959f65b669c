/** Passkeys: the two ceremonies of WebAuthn Level 3 (7.1 and 7.2), each challenge good for one answer. */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { z } from "zod";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { findPasskey, type Passkey, usePasskey } from "../store/passkeys.ts";

/** As long as the page may stand open. */
const challengeSeconds = 30 * 60;

/** ES256, EdDSA and RS256 (IANA COSE Algorithms): what authenticators make, and Node verifies without experiments. */
const supportedAlgorithmIDs = [-7, -8, -257];

/** What an authenticator has made; `store/passkeys.ts` adds whose it is and its name. */
export type NewPasskey = Pick<Passkey, "credentialId" | "publicKey" | "counter" | "transports" | "synced">;

/** For whom a passkey is made. */
export interface PasskeyUser {
  /** The user handle: random, and nobody's number. */
  readonly handle: string;
  /** What the authenticator shows when she has several accounts. */
  readonly label: string;
  readonly existing: readonly Pick<Passkey, "credentialId" | "transports">[];
}

/** What a right answer is checked against. */
export type PasskeyRecord = Pick<Passkey, "credentialId" | "publicKey" | "counter">;

/** Where passkeys of one sort of account are kept. */
export interface PasskeySource<Record extends PasskeyRecord> {
  find(credentialId: string): Promise<Record | undefined>;
  /** Records a use. @returns whether the use counts */
  use(credentialId: string, counter: number): Promise<boolean>;
}

export interface Passkeys {
  /**
   * Options for `navigator.credentials.get`, as JSON.
   *
   * @param use what the answer will be good for: only `authenticate` with the same words accepts it
   * @param allowed the passkeys that count; none given: any that the authenticator holds for this site
   */
  requestOptions(use: string, allowed?: readonly Passkey[]): Promise<string>;
  /** A citizen's passkey behind a right answer, which is used up by it; null for any other. */
  authenticate(database: Queryable, use: string, answer: string): Promise<Passkey | null>;
  /** The same with passkeys that are kept elsewhere. */
  authenticateFrom<Record extends PasskeyRecord>(
    source: PasskeySource<Record>,
    use: string,
    answer: string,
  ): Promise<Record | null>;
  /** Options for `navigator.credentials.create`, as JSON. */
  creationOptions(use: string, user: PasskeyUser): Promise<string>;
  /** What the authenticator made; null when the answer is not right. */
  register(use: string, answer: string): Promise<NewPasskey | null>;
}

/** The relying party is the issuer: its host is the RP ID, and answers come from its origin alone. */
export function createPasskeys(store: KeyValueStore, issuer: string): Passkeys {
  const { origin, hostname } = new URL(issuer);
  const keyOf = (challenge: string) => `passkey:challenge:${challenge}`;
  const remember = async (challenge: string, use: string) => store.set(keyOf(challenge), use, challengeSeconds);
  /** Whether the challenge was given out for this use and has not been answered. */
  const isOpen = (use: string) => async (challenge: string) =>
    challenge.length <= 100 && (await store.take(keyOf(challenge))) === use;
  const expected = { expectedOrigin: origin, expectedRPID: hostname, requireUserVerification: true } as const;
  const authenticateFrom: Passkeys["authenticateFrom"] = async (source, use, answer) => {
    const response = read(assertion, answer) as AuthenticationResponseJSON | null;
    const passkey = response && (await source.find(response.id));
    if (!response || !passkey) return null;
    const { credentialId: id, publicKey, counter } = passkey;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...expected,
      response,
      expectedChallenge: isOpen(use),
      credential: { id, publicKey, counter },
    }).catch(() => refused);
    if (!verified) return null;
    return (await source.use(id, authenticationInfo.newCounter)) ? passkey : null;
  };
  return {
    requestOptions: async (use, allowed = []) => {
      const allowCredentials = allowed.map(({ credentialId, transports }) => ({
        id: credentialId,
        transports: [...transports],
      }));
      const options = await generateAuthenticationOptions({
        rpID: hostname,
        userVerification: "required",
        timeout: challengeSeconds * 1000,
        allowCredentials,
      });
      await remember(options.challenge, use);
      return JSON.stringify(options);
    },
    authenticate: (database, use, answer) => authenticateFrom(citizenPasskeys(database), use, answer),
    authenticateFrom,
    creationOptions: async (use, { handle, label, existing }) => {
      const options = await generateRegistrationOptions({
        rpName: "Huimin",
        rpID: hostname,
        userID: new TextEncoder().encode(handle),
        userName: label,
        userDisplayName: label,
        timeout: challengeSeconds * 1000,
        attestationType: "none",
        supportedAlgorithmIDs,
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        excludeCredentials: existing.map(({ credentialId: id, transports }) => ({ id, transports: [...transports] })),
      });
      await remember(options.challenge, use);
      return JSON.stringify(options);
    },
    register: async (use, answer) => {
      const response = read(attestation, answer) as RegistrationResponseJSON | null;
      if (!response) return null;
      const { registrationInfo: made } = await verifyRegistrationResponse({
        ...expected,
        response,
        expectedChallenge: isOpen(use),
        supportedAlgorithmIDs,
      }).catch(() => ({ registrationInfo: undefined }));
      return made
        ? {
            credentialId: made.credential.id,
            publicKey: made.credential.publicKey,
            counter: made.credential.counter,
            transports: (made.credential.transports ?? []).slice(0, 10),
            synced: made.credentialDeviceType === "multiDevice",
          }
        : null;
    },
  };
}

function citizenPasskeys(database: Queryable): PasskeySource<Passkey> {
  return { find: (id) => findPasskey(database, id), use: (id, counter) => usePasskey(database, id, counter) };
}

/** Which passkey an answer names, before anything is proved; empty when it is no answer. */
export function namedPasskey(answer: string): string {
  return (read(assertion, answer) as AuthenticationResponseJSON | null)?.id ?? "";
}

const refused = { verified: false, authenticationInfo: { newCounter: 0 } } as const;

const encoded = z.base64url().max(8_000);
const credential = { id: z.base64url().min(1).max(1_400), rawId: encoded, type: z.literal("public-key") };
const extensions = { clientExtensionResults: z.object({}).catch({}) };
const assertion = z.object({
  ...credential,
  ...extensions,
  response: z.object({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    signature: encoded,
    userHandle: encoded.optional().catch(undefined),
  }),
});
const attestation = z.object({
  ...credential,
  ...extensions,
  response: z.object({
    clientDataJSON: encoded,
    attestationObject: encoded,
    transports: z.array(z.string().max(40)).max(10).optional().catch(undefined),
  }),
});

/** A JSON text of this shape; null for any other. */
function read(shape: z.ZodType, text: string): unknown {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
