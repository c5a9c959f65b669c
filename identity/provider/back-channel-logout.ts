/** Logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.4): made and sent by the library, when we tell it to. */
import { type Client, errors, type Provider } from "oidc-provider";
import type { Delivery, LogoutNotice } from "../events/logout-notices.ts";

/** Sends a logout token; rejects with what was answered when it was not taken. */
type Send = (this: Client, accountId: string, sid: string) => Promise<unknown>;

/** Takes a library's method from it. */
interface Sending {
  backchannelLogout: Send;
}

const senders = new WeakMap<Provider, Send>();

/**
 * The library would call every client while the citizen waits for the end of her sign-out, and forget whoever does not
 * answer. The queue of `logout-notices.ts` does it instead.
 */
export function leaveLogoutToTheQueue(provider: Provider): void {
  const { prototype } = provider.Client as unknown as { prototype: Sending };
  senders.set(provider, prototype.backchannelLogout);
  prototype.backchannelLogout = async () => {};
}

/** Tells a client that a session has ended; the token is made in this moment, so however late, it is fresh. */
export async function tellOfLogout(
  provider: Provider,
  { clientId, accountId, sid }: LogoutNotice,
): Promise<{ readonly delivery: Delivery; readonly error?: unknown }> {
  try {
    const client = await provider.Client.find(clientId);
    if (client?.backchannelLogoutUri) await senders.get(provider)?.call(client, accountId, sid);
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
