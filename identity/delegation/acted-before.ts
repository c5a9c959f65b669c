/** Whether somebody acted for another at a client earlier in her session: the grant itself may be gone by now. */
import type { Session } from "oidc-provider";

const member = "acted";

/** Notes in the session whether she acts for another at the client now. */
export function noteActing(session: Session, clientId: string, acts: boolean): void {
  session.ensureClientContainer(clientId);
  Reflect.set(session.authorizationFor(clientId) ?? {}, member, acts);
}

/** Whether she did, when it was noted last. */
export function actedBefore(session: Session, clientId: string): boolean {
  return Reflect.get(session.authorizationFor(clientId) ?? {}, member) === true;
}
