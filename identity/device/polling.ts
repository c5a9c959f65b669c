/** How often a device may ask whether the citizen has answered (RFC 8628, 3.5); the library has no `slow_down`. */
import type { KoaContextWithOIDC, Provider } from "oidc-provider";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { idHash } from "../store/artefact.ts";
import { deviceCodeSeconds } from "../store/device-codes.ts";

/** Least time between two questions, in seconds; each that comes too soon adds as much. */
const intervalSeconds = 5;
const longestIntervalSeconds = 60;

/** Names the interval in the answer to a device that begins (RFC 8628, 3.2). */
export function nameInterval(provider: Provider): void {
  provider.on("device_authorization.success", (_context, answer) => {
    Object.assign(answer, { interval: intervalSeconds });
  });
}

/** Turns `authorization_pending` into `slow_down` for a device that asks too often. */
export function pacePolling(store: KeyValueStore) {
  return async (context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const code = context.oidc?.params?.device_code;
    if (!isPending(context.body) || typeof code !== "string") return;
    const digest = idHash(code).toString("base64url");
    const [pause, haste] = [`device-poll:pause:${digest}`, `device-poll:haste:${digest}`];
    // A second less than the interval: answers take their time, and clocks tick in whole seconds.
    if (await store.add(pause, "1", pauseAfter(Number((await store.get(haste)) ?? 0)))) return;
    await store.set(pause, "1", pauseAfter(await store.increment(haste, deviceCodeSeconds)));
    context.body = { error: "slow_down", error_description: "wait longer before you ask again" };
  };
}

function isPending(body: unknown): boolean {
  return typeof body === "object" && body !== null && Reflect.get(body, "error") === "authorization_pending";
}

function pauseAfter(haste: number): number {
  return Math.min(intervalSeconds * (1 + haste), longestIntervalSeconds) - 1;
}
