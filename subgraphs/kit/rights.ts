/** Row rights: whose data a caller may read. */
import type { GraphQLResolveInfo } from "graphql";
import type { Caller } from "../../trust/caller.ts";
import type { WithheldData } from "../../trust/delegation.ts";
import { HuiminError } from "../../trust/errors.ts";
import type { SubgraphContext } from "./context.ts";
import type { SubgraphResolvers } from "./resolvers.ts";

export type { Caller } from "../../trust/caller.ts";

/** Decides whether `caller` may read the data of a citizen, named in the form of the caller's sector. */
export type MayRead = (caller: Caller, citizenId: string) => boolean;

/**
 * The rule of the city: everybody reads herself, and who acts for her reads her, within what she was granted; a
 * caseworker who signed in with a passkey, or a company, reads those whom the request names, for a purpose, which says
 * what of them (`purposes.ts`). Nobody else reads another.
 */
export const selfOrForPurpose: MayRead = ({ subject, purpose, level }, citizenId) => {
  if (subject === citizenId) return true;
  if (!purpose?.citizens.includes(citizenId)) return false;
  return purpose.reader.kind === "company" || level === "urn:huimin:loa:3";
};

/** A reference to a citizen whom the caller may read; what `Citizen` resolvers start from. */
export interface CitizenReference {
  readonly id: string;
}

/**
 * Lets a resolver go on only with data of the caller herself, or of somebody else whom she may read.
 *
 * @throws HuiminError `FORBIDDEN`, whether or not such a citizen exists
 */
export function requireSelf(context: SubgraphContext, citizenId: string): void {
  if (!context.mayRead(context.caller, citizenId)) throw new HuiminError("FORBIDDEN");
}

/**
 * Lets a resolver go on only with data that concerns somebody whom the caller may read. Every reference to an
 * entity of a department's own begins with it.
 *
 * @throws HuiminError `FORBIDDEN`, also when there are no such data: whoever may not read them shall not learn that
 */
export function requireOneOf({ caller, mayRead }: SubgraphContext, citizenIds: readonly string[]): void {
  if (!citizenIds.some((citizenId) => mayRead(caller, citizenId))) throw new HuiminError("FORBIDDEN");
}

/** Whether something is kept from the caller, who acts for the citizen whose data she may read. */
export function isWithheld({ withheld }: Caller, data: WithheldData): boolean {
  return withheld?.has(data) ?? false;
}

/**
 * Stops a resolver whose field would tell what is kept from the caller.
 *
 * @throws HuiminError `FORBIDDEN`
 */
export function requireTold({ caller }: SubgraphContext, data: WithheldData): void {
  if (isWithheld(caller, data)) throw new HuiminError("FORBIDDEN");
}

type ReferenceResolver = (reference: CitizenReference, context: SubgraphContext, info: GraphQLResolveInfo) => unknown;

/**
 * Puts `requireSelf` in front of every reference to a `Citizen`, so that no subgraph can forget it.
 * The refusal of one reference is a rejected promise and leaves the others of the call alone.
 */
export function guardCitizen(resolvers: SubgraphResolvers): SubgraphResolvers {
  const citizen: Readonly<Record<string, unknown>> = { ...resolvers.Citizen };
  const own = citizen.__resolveReference as ReferenceResolver | undefined;
  const guarded: ReferenceResolver = async (reference, context, info) => {
    requireSelf(context, reference.id);
    return own ? await own(reference, context, info) : { id: reference.id };
  };
  return { ...resolvers, Citizen: { ...citizen, __resolveReference: guarded } };
}
