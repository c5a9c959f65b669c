/** Interactions, codes and pushed requests: minutes of life, kept where they may be lost. */
import type { Adapter, AdapterPayload } from "oidc-provider";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import { alreadyConsumed, idHash } from "./artefact.ts";

/** The provider looks a little past the end of things, to say that they have expired. */
const slackSeconds = 60;

/** Life of an artefact for which the provider names none. */
const defaultSeconds = 3_600;

/** oidc-provider's adapter for one kind of artefact. `consume` succeeds for one caller only. */
export function fleetingArtefacts(model: string, store: KeyValueStore): Adapter {
  const at = (id: string) => `oidc:${model}:${idHash(id).toString("base64url")}`;
  const usedAt = (id: string) => `${at(id)}:used`;
  const grantAt = (grantId: string) => `oidc:${model}:grant:${idHash(grantId).toString("base64url")}`;
  return {
    upsert: async (id, { jti: _secret, ...payload }, expiresIn = defaultSeconds) => {
      const seconds = Math.max(1, Math.ceil(expiresIn));
      const text = JSON.stringify(payload);
      const { grantId } = payload;
      // Together, so that the end of the grant finds it, and Redis is asked once.
      await Promise.all([
        grantId && store.addMember(grantAt(grantId), at(id), seconds + slackSeconds),
        store.set(at(id), text, seconds + slackSeconds),
      ]);
    },
    find: async (id) => {
      const [text, used] = await Promise.all([store.get(at(id)), store.get(usedAt(id))]);
      if (text === null) return undefined;
      return { ...parse(text), jti: id, ...(used === null ? {} : { consumed: Number(used) }) };
    },
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const text = await store.get(at(id));
      if (text === null) throw alreadyConsumed(model);
      const now = Math.floor(Date.now() / 1000);
      const left = Math.max(0, (parse(text).exp ?? now + defaultSeconds) - now);
      // The mark must outlive what it marks.
      if (!(await store.add(usedAt(id), String(now), left + 2 * slackSeconds))) throw alreadyConsumed(model);
    },
    // The marks stay until their time is over: without them a consumer that has read its artefact already
    // would find it unused.
    destroy: (id) => store.delete(at(id)),
    revokeByGrantId: async (grantId) => store.delete(grantAt(grantId), ...(await store.members(grantAt(grantId)))),
  };
}

/** What was read was written by `upsert`. */
function parse(text: string): AdapterPayload {
  return JSON.parse(text) as AdapterPayload;
}
