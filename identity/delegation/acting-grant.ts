/**
 * Grants with which somebody acts for another. The grant is hers who is really there, as the session is; whom she
 * acts for stands on it, and every token made under it names that person as its subject.
 */
import type { Adapter, AdapterPayload, Grant, KoaContextWithOIDC, Provider } from "oidc-provider";
import { z } from "zod";
import type { Queryable } from "../../platform/postgres.ts";
import { readScope } from "../../trust/caller.ts";
import { isDelegable } from "../../trust/delegation.ts";
import { type ActingRight, findRight } from "./acting-right.ts";

/** Our own member of a grant: the right that it rests on; null when she has chosen to act for herself. */
const member = "actingFor";

/** A right as a grant carries it. */
export type ActingFor = Omit<ActingRight, "name">;

/** Lets the grants of a provider carry whom their holder acts for. */
export function extendGrants({ Grant }: Provider): void {
  const members = [...Grant.IN_PAYLOAD, member];
  Object.defineProperty(Grant, "IN_PAYLOAD", { value: members });
}

/** Whom the holder of a grant acts for: null for herself, undefined while she has not been asked. */
export function actingForOf(grant: Grant | undefined): ActingFor | null | undefined {
  return grant && (Reflect.get(grant, member) as ActingFor | null | undefined);
}

/** Sets whom the holder of a grant acts for; it is saved with the grant. */
export function setActingFor(grant: Grant, right: ActingRight | null): void {
  if (right === null) return void Reflect.set(grant, member, null);
  const { name: _personal, ...actingFor } = right;
  Reflect.set(grant, member, actingFor);
}

/** Whom `accountId` acts for by the grant behind a request, if anybody. */
export function actingForIn(context: KoaContextWithOIDC | undefined, accountId: string): ActingFor | null {
  const grant = context?.oidc?.entities.Grant;
  return (grant?.accountId === accountId && actingForOf(grant)) || null;
}

/** Whether a grant can carry `scope`: all of it when she acts for herself, else what is delegable and was delegated. */
export function mayCarry(actingFor: ActingFor | null | undefined, scope: string): boolean {
  if (!actingFor) return true;
  if (!isDelegable(scope, actingFor.kind)) return false;
  return actingFor.scopes === null || impliedBy(actingFor.scopes, scope);
}

/** Signing in tells nothing of the person but her name; her particulars go with her part of the graph. */
function impliedBy(scopes: readonly string[], scope: string): boolean {
  if (scope === "address") return scopes.includes(readScope("citizen"));
  return ["openid", "offline_access", "profile"].includes(scope) || scopes.includes(scope);
}

const actingPayload = z.object({ accountId: z.string(), [member]: z.object({ rightId: z.string() }) });

/**
 * The store of grants, in which a grant to act for another is there only for as long as the right to: whatever
 * needs the grant (a code, a refresh, userinfo, introspection, the next sign-in) fails from that moment.
 */
export function actingGrants(grants: Adapter, database: Queryable): Adapter {
  return {
    ...grants,
    find: async (id) => {
      const payload = await grants.find(id);
      return payload && (await withLiveRight(database, payload));
    },
  };
}

/** A grant with the right that it rests on as it is now; undefined when that right has ended. */
export async function withLiveRight(database: Queryable, payload: AdapterPayload): Promise<AdapterPayload | undefined> {
  const acting = actingPayload.safeParse(payload).data;
  if (!acting) return payload;
  const right = await findRight(database, acting.accountId, acting[member].rightId);
  if (!right) return undefined;
  const { name: _personal, ...actingFor } = right;
  return { ...payload, [member]: actingFor };
}
