import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const forbidden = [
  ["platform/canary.ts", "../trust/errors.ts"],
  ["trust/canary.ts", "../gateway/server.ts"],
  ["identity/canary.ts", "../gateway/server.ts"],
  ["identity/pages/canary.ts", "../../portal/server.ts"],
  ["identity/canary.ts", "../subgraphs/health/server.ts"],
  ["identity/canary.ts", "../subgraphs/kit/subgraph.ts"],
  ["identity/citizen/canary.ts", "../../subgraphs/health/server.ts"],
  ["identity/test/canary.ts", "../../e2e/support/city.ts"],
  ["gateway/canary.ts", "../identity/server.ts"],
  ["gateway/boundary/canary.ts", "../../subgraphs/kit/subgraph.ts"],
  ["gateway/boundary/canary.ts", "../../subgraphs/health/server.ts"],
  ["portal/canary.ts", "../trust/errors.ts"],
  ["portal/canary.ts", "../subgraphs/kit/subgraph.ts"],
  ["subgraphs/kit/canary.ts", "../health/server.ts"],
  ["subgraphs/health/canary.ts", "../pension/server.ts"],
  ["subgraphs/pension/rules/canary.ts", "../../health/rules/coverage.ts"],
  ["subgraphs/employment/canary.ts", "../../gateway/server.ts"],
  ["city/canary.ts", "../gateway/pipeline.ts"],
  ["city/canary.ts", "../subgraphs/health/store/encounters.ts"],
  ["city/canary.ts", "./companies/water/store/accounts.ts"],
  ["city/companies/water/canary.ts", "../power/server.ts"],
  ["city/companies/water/canary.ts", "../../../subgraphs/utilities/server.ts"],
  ["city/companies/power/store/canary.ts", "../../../../platform/postgres.ts"],
  ["city/companies/power/canary.ts", "../../population/companies.ts"],
  ["e2e/canary.ts", "../identity/provider.ts"],
  ["e2e/canary.ts", "../gateway/pipeline.ts"],
  ["e2e/canary.ts", "../gateway/test/city.ts"],
  ["e2e/attacks/canary.ts", "../../identity/provider.ts"],
  ["e2e/attacks/canary.ts", "../../subgraphs/health/store/encounters.ts"],
] as const;

const allowed = [
  ["trust/canary.ts", "../platform/log.ts"],
  ["identity/citizen/canary.ts", "../../subgraphs/kit/subgraph.ts"],
  ["gateway/canary.ts", "../trust/errors.ts"],
  ["gateway/test/canary.ts", "../../subgraphs/kit/subgraph.ts"],
  ["subgraphs/health/resolvers/canary.ts", "../../kit/subgraph.ts"],
  ["city/canary.ts", "../gateway/server.ts"],
  ["city/canary.ts", "../subgraphs/health/server.ts"],
  ["city/load/canary.ts", "../companies/water/server.ts"],
  ["city/companies/water/store/canary.ts", "../../../../subgraphs/kit/batch.ts"],
  ["e2e/canary.ts", "../subgraphs/health/config.ts"],
  ["e2e/canary.ts", "../identity/test/support/client.ts"],
  ["e2e/attacks/canary.ts", "../../gateway/pipeline.ts"],
  ["e2e/attacks/canary.ts", "../../gateway/test/city.ts"],
  ["e2e/attacks/support/canary.ts", "../../../subgraphs/kit/rights.ts"],
  ["portal/canary.ts", "../platform/html.ts"],
] as const;

/** Lints a tree that holds nothing but the canaries, under the project's own rules. */
async function refusedImports(canaries: readonly (readonly [path: string, specifier: string])[]): Promise<string[]> {
  const tree = await mkdtemp(join(tmpdir(), "huimin-canary-"));
  try {
    await cp(new URL("../../biome.json", import.meta.url), join(tree, "biome.json"));
    for (const [i, [path, specifier]] of canaries.entries()) {
      const file = join(tree, path.replace("canary", `canary${i}`));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `import { x } from "${specifier}";\n\nexport const y = x;\n`);
    }
    const args = ["lint", "--vcs-enabled=false", "--max-diagnostics=none", "--only=style/noRestrictedImports"];
    const run = spawnSync("biome", [...args, "--colors=off"], { cwd: tree, encoding: "utf8" });
    if (run.error) throw run.error;
    return [...(run.stdout + run.stderr).matchAll(/^(\S*canary\d+\.ts):\S+ lint\/style\/noRestrictedImports/gm)]
      .map(([, path]) => path?.replace(/\d+\.ts$/, (match) => `#${match.replace(".ts", "")}`) ?? "")
      .sort();
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

describe("the linter guards who may import whom", () => {
  it("refuses every forbidden import", async () => {
    const expected = forbidden.map(([path], i) => path.replace(".ts", `#${i}`)).sort();
    expect(await refusedImports(forbidden)).toEqual(expected);
  });

  it("lets the allowed imports pass", async () => {
    expect(await refusedImports(allowed)).toEqual([]);
  });
});
