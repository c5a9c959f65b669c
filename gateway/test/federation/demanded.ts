/** What may be demanded of a field, who may ask for it, and what she is told: read by nothing but the definitions. */
import fc from "fast-check";
import type { ConstDirectiveNode } from "graphql";
import { applicationOf } from "../../../schema/linked-directive.ts";
import { assuranceLevels } from "../../../trust/assurance.ts";
import { requirePurpose } from "../../../trust/purposes.ts";
import type { Admitted } from "../../admission/admit.ts";

/** One of these lists must hold as a whole. */
type AnyOfAll = readonly (readonly string[])[];

/** What a subgraph demands with one directive. */
export type Demanded =
  | { readonly by: "assurance"; readonly level: number; readonly maxAge?: "1m" }
  | { readonly by: "authenticated" }
  | { readonly by: "requiresScopes"; readonly scopes: AnyOfAll }
  | { readonly by: "policy"; readonly policies: AnyOfAll }
  | { readonly by: "category"; readonly names: readonly string[] };

/** The kinds of data in these trials. A pension is determined with the first two, and nobody is treated with the second. */
const kinds = ["person.name", "pension.account", "health.record"];

const listsOf = (names: readonly string[]) =>
  fc.array(fc.subarray([...names], { minLength: 1 }), { minLength: 1, maxLength: 3, size: "max" });

export const anyDemanded: fc.Arbitrary<Demanded> = fc.oneof(
  fc.record(
    {
      by: fc.constant("assurance" as const),
      level: fc.integer({ min: 1, max: 3 }),
      maxAge: fc.constant("1m" as const),
    },
    { requiredKeys: ["by", "level"] },
  ),
  fc.constant({ by: "authenticated" as const }),
  fc.record({ by: fc.constant("requiresScopes" as const), scopes: listsOf(["a", "b", "c"]) }),
  fc.record({ by: fc.constant("policy" as const), policies: listsOf(["p", "q"]) }),
  fc.record({ by: fc.constant("category" as const), names: fc.subarray(kinds, { minLength: 1 }) }),
);

/** As a subgraph writes it. */
export function applied({ by, ...given }: Demanded): ConstDirectiveNode {
  return applicationOf(by, given);
}

/** Who asks. */
export interface Somebody {
  /** Nobody has signed in when there is none. */
  readonly signIn: { readonly level: number; readonly secondsAgo: number } | null;
  readonly scopes: readonly string[];
  /** The rules that allow it. */
  readonly rules: readonly string[];
  /** Missing for who is no caseworker; null for a caseworker who states none. */
  readonly purpose?: "pension-determination" | "treatment" | null;
}

export const anybody: fc.Arbitrary<Somebody> = fc.record(
  {
    signIn: fc.option(fc.record({ level: fc.integer({ min: 1, max: 3 }), secondsAgo: fc.constantFrom(0, 0, 61) }), {
      freq: 3,
    }),
    scopes: fc.subarray(["a", "b", "c"]),
    rules: fc.subarray(["p", "q"]),
    purpose: fc.constantFrom("pension-determination", "treatment", null),
  },
  { requiredKeys: ["signIn", "scopes", "rules"] },
);

/** A moment at which they ask, in seconds since the epoch. */
export const now = 1_800_000_000;

/** Who she is to the gateway. */
export function admitted({ signIn, scopes, purpose }: Somebody): Admitted {
  if (signIn === null) return { kind: "anonymous" };
  const stated = {
    "pension-determination": { department: "pension", role: "caseworker" },
    treatment: { department: "health", role: "nurse" },
  };
  const { department, role } = stated[purpose ?? "treatment"];
  return {
    kind: "signed in",
    caller: {
      subject: "somebody",
      clientId: "cli",
      scopes: new Set(scopes),
      expiresAt: now + 300,
      ...(purpose && { purpose: requirePurpose(purpose, { kind: "caseworker", department, role }) }),
    },
    tokenId: "",
    level: assuranceLevels[signIn.level - 1] ?? null,
    signedInAt: now - signIn.secondsAgo,
    role: purpose === undefined ? null : role,
  };
}

/** What she is told when all of this is demanded of her; undefined when she may read. */
export function codeFor(all: readonly Demanded[], { signIn, scopes, rules, purpose }: Somebody): string | undefined {
  if (signIn === null) return all.some(({ by }) => by !== "category") ? "UNAUTHENTICATED" : undefined;
  const holds = (lists: AnyOfAll, has: readonly string[]) =>
    lists.some((list) => list.every((name) => has.includes(name)));
  const isBarred = all.some((one) => {
    if (one.by === "requiresScopes") return !holds(one.scopes, scopes);
    if (one.by === "policy") return !holds(one.policies, rules);
    return (
      one.by === "category" && purpose !== undefined && !one.names.every((name) => covered(purpose).includes(name))
    );
  });
  if (isBarred) return "FORBIDDEN";
  const isUncertain = all.some(
    (one) => one.by === "assurance" && (one.level > signIn.level || (one.maxAge === "1m" && signIn.secondsAgo > 60)),
  );
  return isUncertain ? "INSUFFICIENT_USER_AUTHENTICATION" : undefined;
}

function covered(purpose: Somebody["purpose"]): readonly string[] {
  if (purpose === "pension-determination") return ["person.name", "pension.account"];
  return purpose === "treatment" ? ["person.name", "health.record"] : [];
}
