import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

it("every dependency is explained in docs/dependencies.md, and nothing is explained that is not there", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  const rows = read("docs/dependencies.md").split("## Our own")[0] ?? "";
  const explained = [...rows.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, names]) => names?.match(/[^`, ]+/g) ?? []);
  expect(explained.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort());
});
