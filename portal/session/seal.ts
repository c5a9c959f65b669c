/** Encryption of what the portal keeps outside its memory: sessions in the store, a sign-in in a cookie. */
import { EncryptJWT, jwtDecrypt } from "jose";
import type { z } from "zod";

/** Encrypts small values, each for one place and a limited time. */
export interface Seal {
  /** The value as text that nobody else can read or change. */
  close(place: string, value: object, ttlSeconds: number): Promise<string>;
  /** What `close` was given; null when the text is not whole, is out of date, or was sealed for another place. */
  open<T>(place: string, sealed: string, shape: z.ZodType<T>): Promise<T | null>;
}

/**
 * A seal under `key` (AES-256-GCM as a JWE, RFC 7516). The place is part of what is authenticated, so a
 * value that is moved to another session's place in the store does not open there.
 */
export function createSeal(key: Uint8Array): Seal {
  return {
    close: (place, value, ttlSeconds) =>
      new EncryptJWT({ value })
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .setSubject(place)
        .setExpirationTime(`${ttlSeconds} seconds`)
        .encrypt(key),
    open: async (place, sealed, shape) => {
      const claims = await jwtDecrypt(sealed, key, {
        subject: place,
        requiredClaims: ["exp"],
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"],
      }).then(
        ({ payload }) => payload,
        () => null,
      );
      return shape.safeParse(claims?.value).data ?? null;
    },
  };
}
