import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownModules, runPlans, suiteModules } from "../conformance/run.ts";
import { startTargets, type Targets } from "../conformance/target.ts";

/** Some modules wait for what expires: half a minute for a code's second use, more than one for its end. */
const patienceMs = 240_000;

describe("the conformance runner", () => {
  it("has every module of the suite's plans under its name, and no other", () => {
    for (const [plan, modules] of Object.entries(ownModules())) {
      expect(modules.toSorted()).toEqual(suiteModules()[plan]?.toSorted());
    }
    const left = Object.keys(suiteModules()).filter((plan) => !(plan in ownModules()));
    expect(left).toEqual(["fapi2-message-signing-final-test-plan (further modules, need signed requests)"]);
  });
});

describe("identity", () => {
  let targets: Targets;

  beforeAll(async () => {
    targets = await startTargets();
  });
  afterAll(() => targets.close());

  it("fails no module of the OpenID conformance suite", { timeout: patienceMs }, async () => {
    const results = await runPlans(targets, "", () => {});
    expect(results.filter(({ result }) => result === "failed")).toEqual([]);
    for (const { result, reason } of results) expect(result === "not applicable").toBe(reason !== "");
  });
});
