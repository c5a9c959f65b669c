/** Proves by name and password who a citizen is. */
import { randomBytes } from "node:crypto";
import type { Queryable } from "../../platform/postgres.ts";
import { type Account, findAccountByLogin, upgradePasswordHash } from "../store/accounts.ts";
import { isKnownDevice } from "../store/known-devices.ts";
import type { LimiterName, Limiters, Subject } from "./limiters.ts";
import type { LoginName } from "./login-name.ts";
import { hashPassword, isPassword, isWeakHash } from "./password.ts";

export type Outcome =
  | { readonly kind: "proved"; readonly account: Account }
  /** No such account, no password, or not this one: they are never told apart. `account` is for its history alone. */
  | { readonly kind: "refused"; readonly account: Account | undefined }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

/** Where a try comes from. */
export interface Origin {
  readonly address: string;
  /** The secret of the browser's device cookie; empty when it has none. */
  readonly device: string;
}

export type Authenticate = (login: LoginName, password: string, origin: Origin) => Promise<Outcome>;

/** Limiters of a browser that the account does not know; the last is shared with everybody at that address. */
const strangers: readonly LimiterName[] = ["sign-in-pair", "sign-in-account", "sign-in-address"];
const owned = strangers.slice(0, 2);
const acquaintances: readonly LimiterName[] = ["sign-in-device"];

export async function createAuthenticator(database: Queryable, limiters: Limiters): Promise<Authenticate> {
  // A name without an account, and an account without a password, cost the same work as any other.
  const nobodysHash = await hashPassword(randomBytes(24).toString("base64url"));
  return async (login, password, { address, device }) => {
    const account = await findAccountByLogin(database, login);
    const isKnown = await isKnownDevice(database, account?.citizenId ?? null, device);
    const subject: Subject = { account: login.value, address, device };
    const admission = await limiters.admit(isKnown ? acquaintances : strangers, subject);
    if (!admission.allowed) return { kind: "throttled", waitSeconds: admission.waitSeconds };
    const right = await isPassword(account?.passwordHash ?? nobodysHash, password);
    if (!account || account.passwordHash === null || !right) return { kind: "refused", account };
    await limiters.forgive(isKnown ? acquaintances : owned, subject);
    if (!isKnown) await limiters.uncount(["sign-in-address"], subject);
    if (isWeakHash(account.passwordHash)) {
      await upgradePasswordHash(database, account, await hashPassword(password));
    }
    return { kind: "proved", account };
  };
}
