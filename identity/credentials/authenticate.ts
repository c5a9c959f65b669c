/** Proves by name and password who a citizen is. */
import { randomBytes } from "node:crypto";
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { findAccountByLogin } from "../store/accounts.ts";
import type { LoginName } from "./login-name.ts";
import { hashPassword, isPassword } from "./password.ts";
import type { Throttle } from "./throttle.ts";

export type Outcome =
  | { readonly kind: "proved"; readonly citizenId: RawCitizenId }
  /** No such account, or not its password: the two are never told apart. */
  | { readonly kind: "refused" }
  | { readonly kind: "throttled"; readonly waitSeconds: number };

/** @param address where the try comes from */
export type Authenticate = (login: LoginName, password: string, address: string) => Promise<Outcome>;

export async function createAuthenticator(database: Queryable, throttle: Throttle): Promise<Authenticate> {
  // A name without an account costs the same work as one with.
  const nobodysHash = await hashPassword(randomBytes(24).toString("base64url"));
  return async (login, password, address) => {
    const admission = await throttle.admit(login.value, address);
    if (!admission.allowed) return { kind: "throttled", waitSeconds: admission.waitSeconds };
    const account = await findAccountByLogin(database, login);
    const right = await isPassword(account?.passwordHash ?? nobodysHash, password);
    if (!account || !right) return { kind: "refused" };
    await throttle.forgive(login.value, address);
    return { kind: "proved", citizenId: account.citizenId };
  };
}
