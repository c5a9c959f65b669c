/** Holds docs/federation.md against the tests that it names. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const page = new URL("../../../docs/federation.md", import.meta.url);

it("every feature in docs/federation.md is shown by a test of that name", async () => {
  const rows = [...(await readFile(page, "utf8")).matchAll(/\| \[(?<name>[^\]]+)\]\((?<file>[^)]+)\) \|$/gm)];
  expect(rows.length).toBeGreaterThan(25);
  for (const { groups } of rows) {
    const tests = await readFile(new URL(groups?.file ?? "", page), "utf8");
    expect(tests).toContain(`"${groups?.name}"`);
  }
});
