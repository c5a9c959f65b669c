/**
 * Who is signed in. The browser holds a random ID and nothing else; the store holds, under the hash of that ID
 * and encrypted, what the session is and its tokens.
 *
 * The two are kept apart: a session is written once and lives for `sessionSeconds` at the most, its tokens are
 * written again whenever they are renewed and die after `idleSeconds` without. So a renewal that overlaps a
 * sign-out cannot bring the session back to life.
 */
import { createHash, randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { z } from "zod";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Seal } from "./seal.ts";

/** Longest life of a session: a working day. */
export const sessionSeconds = 8 * 60 * 60;

/** A session nobody uses for so long is over. */
export const idleSeconds = 30 * 60;

const tokensShape = z.object({
  accessToken: z.string(),
  /** Null when identity gives none: the citizen signs in again when the access token ends. */
  refreshToken: z.string().nullable(),
  /** When the access token ends, in seconds since the epoch. */
  expiresAt: z.number(),
  /** Thumbprint of the key that the access token is bound to (RFC 9449); none in what was written before there was one. */
  keyThumbprint: z.string().optional(),
});

const sessionShape = z.object({
  /** Names the citizen's session to identity when she signs out. */
  idToken: z.string(),
  /** Proves that a form comes from a page of this session. */
  formToken: z.string(),
});

/** What the portal may do at the graph in the citizen's name. */
export type Tokens = z.output<typeof tokensShape>;

export interface Session extends z.output<typeof sessionShape> {
  readonly id: string;
  readonly tokens: Tokens;
  /** Whether she acts for another, who is the subject of all tokens (`act`, RFC 8693, 4.1). */
  readonly actsForAnother: boolean;
}

export interface Sessions {
  /** Begins a session under a new random ID. */
  begin(idToken: string, tokens: Tokens): Promise<Session>;
  /** The session, or null when there is none, it is over, or it was tampered with. */
  find(id: string): Promise<Session | null>;
  /** Replaces the tokens of a session. */
  renew(id: string, tokens: Tokens): Promise<void>;
  end(id: string): Promise<void>;
  /** Ends what belongs to a session of identity, as its ID tokens name it, and what still comes of it. */
  endBySid(sid: string): Promise<void>;
}

export function createSessions(store: KeyValueStore, seal: Seal): Sessions {
  const write = async (place: string, value: object, ttlSeconds: number) =>
    store.set(place, await seal.close(place, value, ttlSeconds), ttlSeconds);
  const read = async <T>(place: string, shape: z.ZodType<T>) => {
    const sealed = await store.get(place);
    return sealed === null ? null : await seal.open(place, sealed, shape);
  };
  return {
    begin: async (idToken, tokens) => {
      const id = randomBytes(32).toString("base64url");
      const session = { idToken, formToken: randomBytes(32).toString("base64url") };
      await write(placesOf(id).session, session, sessionSeconds);
      await write(placesOf(id).tokens, tokens, idleSeconds);
      const sid = sidOf(idToken);
      if (sid !== undefined) {
        await store.addMember(placeOfSid(sid), hashOf(id), sessionSeconds);
        // It may have ended at identity while she was on her way here.
        if ((await store.get(placeOfEnd(sid))) !== null) await store.delete(...Object.values(placesOf(id)));
      }
      return { id, ...session, tokens, actsForAnother: hasActor(idToken) };
    },
    find: async (id) => {
      const places = placesOf(id);
      const [session, tokens] = await Promise.all([
        read(places.session, sessionShape),
        read(places.tokens, tokensShape),
      ]);
      return session && tokens && { id, ...session, tokens, actsForAnother: hasActor(session.idToken) };
    },
    renew: (id, tokens) => write(placesOf(id).tokens, tokens, idleSeconds),
    end: (id) => store.delete(...Object.values(placesOf(id))),
    endBySid: async (sid) => {
      await store.set(placeOfEnd(sid), "1", sessionSeconds);
      const hashes = await store.members(placeOfSid(sid));
      await store.delete(placeOfSid(sid), ...hashes.flatMap((hash) => Object.values(placesUnder(hash))));
    },
  };
}

// Only hashes go to the store: who can read it cannot take over a session.
function hashOf(id: string): string {
  return createHash("sha256").update(id).digest("base64url");
}

function placesUnder(hash: string): { readonly session: string; readonly tokens: string } {
  return { session: `session:${hash}`, tokens: `tokens:${hash}` };
}

function placesOf(id: string): { readonly session: string; readonly tokens: string } {
  return placesUnder(hashOf(id));
}

function placeOfSid(sid: string): string {
  return `sid:${hashOf(sid)}`;
}

function placeOfEnd(sid: string): string {
  return `sid-ended:${hashOf(sid)}`;
}

/** The session at identity, of an ID token that has been verified. */
function sidOf(idToken: string): string | undefined {
  const { sid } = decodeJwt(idToken);
  return typeof sid === "string" ? sid : undefined;
}

function hasActor(idToken: string): boolean {
  return decodeJwt(idToken).act !== undefined;
}
