/** Everything under /account/security. */
import type { FastifyInstance } from "fastify";
import { addAuthenticatorApp } from "./authenticator-app.ts";
import { addMobile } from "./mobile.ts";
import { addPassword } from "./password.ts";
import { addSecurity, type SecurityParts, securityAddress } from "./security.ts";

/** Addresses that take forms and show nothing themselves. */
const forms = [
  "passkeys",
  "passkeys/remove",
  "totp/remove",
  "password/remove",
  "codes",
  "sms",
  "mobile/confirm",
  "recovery/stop",
];

export function addAccountSecurity(app: FastifyInstance, parts: SecurityParts): void {
  addSecurity(app, parts);
  addAuthenticatorApp(app, parts);
  addPassword(app, parts);
  addMobile(app, parts);
  // Where a sign-in that interrupted a form comes back to.
  for (const form of forms) {
    app.get(`${securityAddress}/${form}`, async (_request, reply) => reply.redirect(securityAddress, 303));
  }
}
