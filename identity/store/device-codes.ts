/**
 * Device codes (RFC 8628): kept like other short-lived artefacts, found by their user code too, and answered once.
 * Of any number of browsers in which a code is confirmed at the same moment, one goes on with it.
 */
import { type Adapter, type AdapterPayload, errors } from "oidc-provider";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { alreadyConsumed, idHash } from "./artefact.ts";
import { fleetingArtefacts } from "./fleeting-artefacts.ts";

/** Life of a device code, in seconds. A form filled in slowly must fit into it. */
export const deviceCodeSeconds = 10 * 60;

/** Most codes that one client may ask for in the life of a code. */
const mostCodesOfClient = 1_000;

/** What a citizen who connected a device did, before the device hears of it. */
export type DeviceAccepted = (code: { readonly citizenId: string; readonly clientId: string }) => Promise<void>;

/** oidc-provider's adapter for `DeviceCode`. */
export function deviceCodes(store: KeyValueStore, accepted: DeviceAccepted): Adapter {
  const codes = fleetingArtefacts("DeviceCode", store);
  const keyOf = (kind: string, value: string) => `oidc:DeviceCode:${kind}:${idHash(value).toString("base64url")}`;
  const seconds = 2 * deviceCodeSeconds;

  /** Gives a new code its place; a user code that is in use already is refused, for the device to ask again. */
  const begin = async (id: string, { clientId = "", userCode = "" }: AdapterPayload) => {
    const begun = await store.increment(keyOf("begun", clientId), deviceCodeSeconds);
    const free = begun <= mostCodesOfClient && (await store.add(keyOf("user-code", userCode), id, seconds));
    if (!free) throw new errors.TemporarilyUnavailable("too many devices are waiting for their codes");
  };

  /** Lets one caller through for each step in the life of a code. */
  const claim = async (step: "taken" | "answered", id: string) => {
    if (!(await store.add(keyOf(step, id), "1", seconds))) throw alreadyConsumed("DeviceCode");
  };

  const answer = async (id: string, { accountId, clientId, error }: AdapterPayload) => {
    await claim("answered", id);
    if (error !== undefined || accountId === undefined || clientId === undefined) return;
    await accepted({ citizenId: accountId, clientId }).catch(async (failure: unknown) => {
      await store.delete(keyOf("answered", id));
      throw failure;
    });
  };

  return {
    ...codes,
    upsert: async (id, payload, expiresIn) => {
      const answered = payload.accountId !== undefined || payload.error !== undefined;
      if (answered && payload.inFlight) await answer(id, payload);
      else if (answered || payload.inFlight) await claim("taken", id);
      else await begin(id, payload);
      await codes.upsert(id, payload, expiresIn);
    },
    findByUserCode: async (userCode) => {
      const id = await store.get(keyOf("user-code", userCode));
      return id === null ? undefined : await codes.find(id);
    },
  };
}
