/** Runs the plans of the OpenID conformance suite, module by module. */
import { readFileSync } from "node:fs";
import type { Module, Plan } from "./plan.ts";
import { fapi2SecurityProfile } from "./plans/fapi2-security-profile.ts";
import { backChannelLogout, rpInitiatedLogout } from "./plans/logout.ts";
import { oidcBasic } from "./plans/oidc-basic.ts";
import { oidcConfig } from "./plans/oidc-config.ts";
import type { ProviderUnderTest } from "./provider-under-test.ts";
import type { Targets } from "./target.ts";
import { NotApplicable } from "./verdict.ts";

export type Result = "passed" | "failed" | "not applicable";

/** What a module came to; `reason` is empty when it passed. */
export interface ModuleResult {
  readonly plan: string;
  readonly module: string;
  readonly result: Result;
  readonly reason: string;
}

interface PlannedModule {
  readonly plan: string;
  readonly name: string;
  readonly module: Module;
  readonly target: keyof Omit<Targets, "close">;
}

const plans: readonly (readonly [plan: string, target: PlannedModule["target"], modules: Plan])[] = [
  ["oidcc-basic-certification-test-plan", "oidc", oidcBasic],
  ["oidcc-config-certification-test-plan", "oidc", oidcConfig],
  ["oidcc-rp-initiated-logout-certification-test-plan", "oidc", rpInitiatedLogout],
  ["oidcc-backchannel-rp-initiated-logout-certification-test-plan", "oidc", backChannelLogout],
  ["fapi2-security-profile-final-test-plan", "fapi2", fapi2SecurityProfile],
];

/** Names of the suite's modules by plan, as the suite publishes them. */
export function suiteModules(): Readonly<Record<string, readonly string[]>> {
  const text = readFileSync(new URL("./modules.json", import.meta.url), "utf8");
  return JSON.parse(text) as Record<string, readonly string[]>;
}

/** Names of the modules that the runner has, by plan. */
export function ownModules(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(plans.map(([plan, , modules]) => [plan, Object.keys(modules)]));
}

/** All modules, in the suite's order. */
function plannedModules(): PlannedModule[] {
  const names = suiteModules();
  return plans.flatMap(([plan, target, modules]) =>
    (names[plan] ?? []).flatMap((name) => {
      const module = modules[name];
      return module ? [{ plan, name, module, target }] : [];
    }),
  );
}

/** Most modules at once: some only wait for things to expire. */
const parallel = 6;

/**
 * Runs every module whose plan or name contains `filter`.
 *
 * @param tell hears each result as it comes
 */
export async function runPlans(
  targets: Targets,
  filter: string,
  tell: (result: ModuleResult) => void,
): Promise<ModuleResult[]> {
  const queue = plannedModules().filter(({ plan, name }) => plan.includes(filter) || name.includes(filter));
  const results = new Map<PlannedModule, ModuleResult>();
  const waiting = [...queue];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await runModule(next, targets[next.target]);
      results.set(next, result);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return queue.flatMap((planned) => results.get(planned) ?? []);
}

async function runModule({ plan, name, module }: PlannedModule, op: ProviderUnderTest): Promise<ModuleResult> {
  const came = (result: Result, reason = "") => ({ plan, module: name, result, reason });
  try {
    await module(op);
    return came("passed");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return came(error instanceof NotApplicable ? "not applicable" : "failed", reason);
  }
}
