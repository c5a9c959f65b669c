/** What a field demands of whoever reads it. */
import {
  type AssuranceChallenge,
  type AssuranceLevel,
  assuranceLevel,
  assuranceLevels,
  meetsLevel,
} from "../../trust/assurance.ts";
import type { Admitted } from "../admission/admit.ts";

/** All of it must be met. Equal demands of one supergraph are one object. */
export interface Demand {
  /** The level at which she must have signed in. */
  readonly level: AssuranceLevel;
  /** Most seconds since then; null for any time. */
  readonly maxAgeSeconds: number | null;
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** The demand of `@assurance(level:, maxAge:)`. What cannot be read demands the most there is. */
export function readDemand({ level, maxAge }: { readonly level?: unknown; readonly maxAge?: unknown }): Demand {
  const { count, unit = "" } = /^(?<count>\d+)(?<unit>[smhd])$/.exec(String(maxAge))?.groups ?? {};
  const seconds = Number(count) * (secondsIn[unit] ?? Number.NaN);
  return {
    level: assuranceLevel(Number(level)) ?? "urn:huimin:loa:3",
    maxAgeSeconds: maxAge === undefined || maxAge === null ? null : Number.isNaN(seconds) ? 0 : seconds,
  };
}

/** What demands all that these do; undefined when there are none. */
export function joinDemands(demands: readonly Demand[]): Demand | undefined {
  if (demands.length === 0) return undefined;
  const ages = demands.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? []);
  return {
    level: assuranceLevels.findLast((each) => demands.some(({ level }) => level === each)) ?? "urn:huimin:loa:3",
    maxAgeSeconds: ages.length > 0 ? Math.min(...ages) : null,
  };
}

/** @param now seconds since the epoch */
export function meetsDemand({ level, maxAgeSeconds }: Demand, admitted: Admitted, now: number): boolean {
  if (admitted.kind !== "signed in" || admitted.level === null || !meetsLevel(admitted.level, level)) return false;
  return maxAgeSeconds === null || (admitted.signedInAt !== null && now - admitted.signedInAt <= maxAgeSeconds);
}

/** How a caller who does not meet it can come back (RFC 9470). */
export function challengeOf({ level, maxAgeSeconds }: Demand): AssuranceChallenge {
  return { acr_values: level, ...(maxAgeSeconds !== null && { max_age: maxAgeSeconds }) };
}
