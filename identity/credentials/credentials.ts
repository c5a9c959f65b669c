/** Everything that a sign-in, a registration, a recovery and the security pages prove people with. */
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Logger } from "../../platform/log.ts";
import type { Database } from "../../platform/postgres.ts";
import { type Background, createBackground } from "../background.ts";
import type { IdentityConfig } from "../config.ts";
import { createNotify, type Notify } from "../messages/notices.ts";
import type { MessageSender } from "../messages/sender.ts";
import { type Authenticate, createAuthenticator } from "./authenticate.ts";
import { createLimiters, type Limiters } from "./limiters.ts";
import { createPasskeys, type Passkeys } from "./passkeys.ts";
import { createSmsCodes, type SmsCodes } from "./sms-code.ts";
import { createTotp, type Totp } from "./totp.ts";

export interface Credentials {
  readonly database: Database;
  readonly fleeting: KeyValueStore;
  readonly limiters: Limiters;
  readonly authenticate: Authenticate;
  readonly passkeys: Passkeys;
  readonly totp: Totp;
  /** Null where no SMS can be sent. */
  readonly smsCodes: SmsCodes | null;
  readonly notify: Notify;
  readonly background: Background;
}

export interface CredentialParts {
  readonly config: IdentityConfig;
  readonly stores: { readonly database: Database; readonly fleeting: KeyValueStore };
  readonly sender: MessageSender | null;
}

export async function createCredentials(
  { config, stores: { database, fleeting }, sender }: CredentialParts,
  log: Logger,
): Promise<Credentials> {
  const limiters = createLimiters(fleeting, config.cookieKey);
  return {
    database,
    fleeting,
    limiters,
    authenticate: await createAuthenticator(database, limiters),
    passkeys: createPasskeys(fleeting, config.issuer),
    // Not the cookie key: to replace that one must not cost anybody her authenticator app.
    totp: createTotp(config.pseudonymKey),
    smsCodes: sender && createSmsCodes(fleeting, sender, limiters, config.cookieKey),
    notify: createNotify(sender, config.issuer, log),
    background: createBackground(log),
  };
}
