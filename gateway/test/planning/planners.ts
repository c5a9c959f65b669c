/** Planners that tell what they were asked, and people who ask. */
import type { Admitted } from "../../admission/admit.ts";
import type { Planner, PlanRequest } from "../../planning/planner.ts";
import { type LoadedSupergraph, loadSupergraph } from "../../supergraph/supergraph.ts";

/** A loaded supergraph whose planner keeps what it was asked. */
export interface WatchedSupergraph extends LoadedSupergraph {
  readonly asked: PlanRequest[];
}

export async function loadWatched(sdl: string): Promise<WatchedSupergraph> {
  const supergraph = await loadSupergraph(sdl);
  const asked: PlanRequest[] = [];
  return { ...supergraph, asked, planner: watched(supergraph.planner, asked) };
}

/** The same planner; what it is asked is put into `asked`. */
export function watched(planner: Planner, asked: PlanRequest[]): Planner {
  return {
    plan(request) {
      asked.push(request);
      return planner.plan(request);
    },
    close: () => planner.close(),
  };
}

export const anonymous: Admitted = { kind: "anonymous" };

/** Somebody with an access token. */
export function citizen(subject: string, clientId = "app"): Admitted {
  const caller = { subject, clientId, scopes: new Set<string>(), expiresAt: Number.MAX_SAFE_INTEGER };
  return {
    kind: "signed in",
    caller,
    tokenId: `token of ${subject}`,
    level: "urn:huimin:loa:1",
    signedInAt: 0,
    role: null,
  };
}
