/** Notes which application is given tokens for whom, for her page of applications. */
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Logger } from "../../platform/log.ts";
import type { Queryable } from "../../platform/postgres.ts";
import { noteUse } from "../store/application-uses.ts";
import { type ReadAhead, useName } from "../store/read-ahead.ts";

/** Grants with which an application comes for somebody who let it. A service that exchanges a token is none. */
const uses: ReadonlySet<unknown> = new Set([
  "authorization_code",
  "refresh_token",
  "urn:ietf:params:oauth:grant-type:device_code",
]);

export function noteApplicationUses(database: Queryable, ahead: ReadAhead, log: Logger) {
  return async (context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const { oidc, status } = context;
    if (oidc?.route !== "token" || status !== 200 || !uses.has(oidc.params?.grant_type)) return;
    const { Account: account, Client: client } = oidc.entities;
    if (!account || !client) return;
    const { accountId } = account;
    const { clientId } = client;
    if (await ahead.take("use", useName(accountId, clientId), async () => false, context)) return;
    // A token is not refused because of a line on a page.
    await noteUse(database, accountId, clientId).catch((error: unknown) =>
      log.warn({ err: error }, "the use of an application was not noted"),
    );
  };
}
