/** Logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.4): made and sent by the library, when we tell it to. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Client, errors, type Provider, type UnknownObject } from "oidc-provider";
import type { Delivery } from "../events/deliveries.ts";
import type { LogoutNotice } from "../events/logout-notices.ts";
import type { SubjectOf } from "./subjects.ts";

/** Sends a logout token; rejects with what was answered when it was not taken. */
type Send = (this: Client, accountId: string, sid: string) => Promise<unknown>;

/** Takes a library's method from it. */
interface Sending {
  backchannelLogout: Send;
}

/** What every token of the library is made from. */
interface Payload {
  payload(): Promise<UnknownObject>;
}

/** Who signed out, while the token about somebody whom she acted for is made. */
const actor = new AsyncLocalStorage<{ readonly sub: string }>();

const senders = new WeakMap<Provider, Send>();

/**
 * The library would call every client while the citizen waits for the end of her sign-out, and forget whoever does not
 * answer. The queue of `logout-notices.ts` does it instead.
 */
export function leaveLogoutToTheQueue(provider: Provider): void {
  const { prototype } = provider.Client as unknown as { prototype: Sending };
  senders.set(provider, prototype.backchannelLogout);
  prototype.backchannelLogout = async () => {};
  nameActors(provider);
}

/** The library puts `sub` into a logout token and nothing else of whom it is about. */
function nameActors(provider: Provider): void {
  const { prototype } = provider.IdToken as unknown as { prototype: Payload };
  const payload = prototype.payload;
  prototype.payload = async function withActor() {
    const act = actor.getStore();
    return { ...(await payload.call(this)), ...(act && { act }) };
  };
}

/**
 * Tells a client that a session has ended; the token is made in this moment, so however late, it is fresh. It names
 * whom the client's ID tokens named: the person acted for as subject, and who signed out as actor.
 */
export async function tellOfLogout(
  provider: Provider,
  { clientId, accountId, principal, sid }: LogoutNotice,
  subjectOf: SubjectOf,
): Promise<{ readonly delivery: Delivery; readonly error?: unknown }> {
  try {
    const client = await provider.Client.find(clientId);
    const send = senders.get(provider);
    if (client?.backchannelLogoutUri && send) {
      const act = principal === null ? undefined : { sub: subjectOf(accountId, client) };
      const tell = () => send.call(client, principal ?? accountId, sid);
      await (act ? actor.run(act, tell) : tell());
    }
    return { delivery: "told" };
  } catch (error) {
    // What is wrong with a client's registration does not mend itself; 400 is the client's last word (2.8).
    const isFinal = error instanceof errors.InvalidClientMetadata || statusOf(error) === 400;
    return { delivery: isFinal ? "refused" : "failed", error };
  }
}

function statusOf(error: unknown): number | undefined {
  const response = error instanceof Error && "response" in error ? error.response : undefined;
  return response instanceof Response ? response.status : undefined;
}
