/** The rules behind `@policy`: code that decides for somebody whether a field is for her. */
import type { RequestLog, SignedIn } from "../admission/admit.ts";

/** Decides for one caller. What it throws is a no. */
export type Policy = (signedIn: SignedIn) => boolean | Promise<boolean>;

/** By name. What is not there allows nothing. */
export type Policies = ReadonlyMap<string, Policy>;

/** Longest time that a rule may take, in milliseconds. */
const patienceMs = 1_000;

/** Asks rules for one request, each once, all at a time. */
export async function askPolicies(
  names: readonly string[],
  policies: Policies,
  signedIn: SignedIn,
  log: Pick<RequestLog, "warn">,
): Promise<ReadonlySet<string>> {
  const asked = names.map(async (name) => {
    const policy = policies.get(name);
    const allows = policy ? await inTime(async () => await policy(signedIn)) : false;
    return allows === true ? [name] : [];
  });
  const decided = await Promise.allSettled(asked);
  for (const [index, outcome] of decided.entries()) {
    if (outcome.status === "rejected") log.warn({ policy: names[index], err: outcome.reason }, "a policy failed");
  }
  return new Set(decided.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : [])));
}

async function inTime(decide: () => Promise<boolean>): Promise<boolean> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no decision in time")), patienceMs);
  try {
    return await Promise.race([decide(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
