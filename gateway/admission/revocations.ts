/**
 * Whether a right still stands. Identity tells of every revocation at once (`revocation-stream.ts`); while it cannot be
 * heard, a citizen goes on with her own data until her token ends, and nobody reads anybody else's.
 */
import { within } from "../../platform/deadline.ts";
import type { Logger } from "../../platform/log.ts";
import type { AccessTokenPolicy, TokenHolder } from "../../trust/access-token.ts";
import type { ClientAssertionSigner } from "../../trust/client-assertion.ts";
import type { ErrorCode } from "../../trust/errors.ts";
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { verifyRevocations } from "../../trust/security-event.ts";
import type { Admission } from "./admit.ts";
import { followRevocations, silenceMs } from "./revocation-stream.ts";
import { createRevoked } from "./revoked.ts";

export interface Revocations {
  /** Why somebody is refused although her token is good; nothing when she is not. */
  refusalOf(admission: Pick<Admission, "holder">): ErrorCode | undefined;
  /** Rejects until what is revoked at the moment has been loaded once. */
  loaded(): Promise<void>;
  /** Resolves when that has been loaded, or after a moment: the first requests of a young process may come before. */
  begun(): Promise<void>;
  /** Calls back whenever somebody may be refused who was not before. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

export interface RevocationParts {
  /** Whose tokens are admitted; identity signs its events with the same keys. */
  readonly policy: Pick<AccessTokenPolicy, "issuer" | "keys">;
  /** The gateway, as identity knows it. */
  readonly signer: ClientAssertionSigner;
  /** Called when keys of identity were withdrawn. */
  readonly onKeysWithdrawn: () => void;
  readonly log: Logger;
}

/** How often a silence is looked for, in milliseconds. */
const watchMs = 500;

/** How long a request waits for a process that has only just begun, in milliseconds. */
const patienceMs = 2_000;

/** Begins to listen; does not wait for the first word. */
export function watchRevocations({ policy, signer, onKeysWithdrawn, log }: RevocationParts): Revocations {
  const revoked = createRevoked();
  const listeners: (() => void)[] = [];
  const loaded = Promise.withResolvers<void>();
  let isLoaded = false;
  let heardAt = Number.NEGATIVE_INFINITY;
  let wasHeard = true;
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const isHeard = () => performance.now() - heardAt <= silenceMs;
  const heard = () => {
    // Before everything was loaded there may be more than what was heard.
    if (isLoaded) heardAt = performance.now();
  };
  const stop = followRevocations({
    issuer: policy.issuer,
    signer,
    log,
    take: async (token) => {
      const revocations = await verifyRevocations(token, { ...policy, audience: signer.client });
      revoked.add(revocations);
      changed();
      if (revocations.some(({ kind }) => kind === "key")) onKeysWithdrawn();
    },
    current: () => {
      isLoaded = true;
      loaded.resolve();
      heard();
    },
    heard,
  });
  const watch = setInterval(() => {
    if (wasHeard && !isHeard()) changed();
    wasHeard = isHeard();
  }, watchMs);
  return {
    refusalOf({ holder }) {
      if (!holder) return undefined;
      if (!isLoaded) return "REVOCATIONS_UNKNOWN";
      if (revoked.has(holder)) return "TOKEN_INVALID";
      return isHeard() || readsOwn(holder) ? undefined : "REVOCATIONS_UNKNOWN";
    },
    async loaded() {
      if (!isLoaded) throw new Error("what is revoked has not been loaded yet");
    },
    begun: async () => {
      if (!isLoaded) await within(patienceMs, loaded.promise).catch(() => {});
    },
    onChange: (listener) => {
      listeners.push(listener);
    },
    async close() {
      clearInterval(watch);
      await stop();
    },
  };
}

/** A citizen for herself, not somebody for her, a caseworker, or a program. */
function readsOwn({ subject, actor, role }: TokenHolder): boolean {
  return actor === null && role === null && pseudonymPattern.test(subject);
}
