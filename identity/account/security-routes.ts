/** Everything under /account/security. */
import type { FastifyInstance } from "fastify";
import { addAuthenticatorApp } from "./authenticator-app.ts";
import { addMobile } from "./mobile.ts";
import { addPassword } from "./password.ts";
import { addSecurity, type SecurityParts } from "./security.ts";

export function addAccountSecurity(app: FastifyInstance, parts: SecurityParts): void {
  addSecurity(app, parts);
  addAuthenticatorApp(app, parts);
  addPassword(app, parts);
  addMobile(app, parts);
}
