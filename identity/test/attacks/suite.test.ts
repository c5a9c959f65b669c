/** The suite as a whole: how many attacks there are, and that docs/security.md tells of exactly these. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL("./", import.meta.url);
const root = new URL("../../../", folder);
const page = readFileSync(new URL("docs/security.md", root), "utf8");

interface Listed {
  readonly file: string;
  readonly name: string;
  readonly source: string;
}

/** The attacks as the test files declare them. */
const attacks = readdirSync(folder)
  .filter((file) => file.endsWith(".test.ts"))
  .flatMap((file): Listed[] => {
    const text = readFileSync(new URL(file, folder), "utf8");
    const declared = [...text.matchAll(/^attack\(\s*"(?<name>[^"]+)",\s*\{\s*source: "(?<source>[^"]+)"/gm)];
    // A declaration of another shape would be missing from the count.
    expect(declared.length, file).toBe([...text.matchAll(/^attack\(/gm)].length);
    return declared.map(({ groups }) => ({ file, name: groups?.name ?? "", source: groups?.source ?? "" }));
  });

/** The rows of the page's tables that have so many cells. */
function rowsOf(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "));
}

describe("the attack suite", () => {
  it("holds at least forty attacks, each with a name of its own and a source", () => {
    expect(attacks.length).toBeGreaterThanOrEqual(40);
    expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
    const sections = /^(?:RFC \d+(?: \d[\d.]*)?|ASVS \d+\.\d+\.\d+|OpenID Connect Core [\d.]+)$/;
    for (const { name, source } of attacks) {
      for (const one of source.split("; ")) expect(one, name).toMatch(sections);
    }
  });

  it("is told of on the page attack by attack, in the words of the tests", () => {
    const listed = rowsOf(page.slice(page.indexOf("## Attacks")))
      .filter(([file]) => file?.startsWith("`") ?? false)
      .map(([file = "", name = "", source = ""]) => ({ file: file.replaceAll("`", ""), name, source }));
    expect(listed).toEqual(attacks);
  });

  it("shows most attacks working where the defence is missing", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts") && file !== "suite.test.ts");
    const texts = files.map((file) => readFileSync(new URL(file, folder), "utf8")).join("");
    const notShown = [...texts.matchAll(/weak: "cannot be shown: /g)].length;
    expect(attacks.length - notShown).toBeGreaterThanOrEqual(40);
  });
});

/** How many requirements each section of OWASP ASVS 5.0 has in the chapters that are about identity. */
const sections: Readonly<Record<string, number>> = {
  "6.1": 3,
  "6.2": 12,
  "6.3": 8,
  "6.4": 6,
  "6.5": 8,
  "6.6": 4,
  "6.7": 2,
  "6.8": 4,
  "7.1": 3,
  "7.2": 4,
  "7.3": 2,
  "7.4": 5,
  "7.5": 3,
  "7.6": 2,
  "9.1": 3,
  "9.2": 4,
  "10.1": 2,
  "10.2": 3,
  "10.3": 5,
  "10.4": 16,
  "10.5": 5,
  "10.6": 2,
  "10.7": 3,
};

describe("docs/security.md", () => {
  const requirements = rowsOf(page).filter(([id]) => /^\d+\.\d+\.\d+$/.test(id ?? ""));

  it("answers every requirement of ASVS 5.0, chapters 6, 7, 9 and 10, once", () => {
    const ids = Object.entries(sections).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, i) => `${section}.${i + 1}`),
    );
    expect(requirements.map(([id]) => id)).toEqual(ids);
  });

  it("says of each its level and whether it is met", () => {
    for (const [id, level, , state] of requirements) {
      expect(level, id).toMatch(/^L[123]$/);
      expect(state, id).toMatch(/^(?:met|partly met|\*\*not met\*\*|not applicable)$/);
    }
  });

  it("names files that there are", () => {
    const named = [...page.matchAll(/`((?:identity|gateway|portal|trust|platform|docs|e2e|city)\/[\w./-]+)`/g)];
    expect(named.length).toBeGreaterThan(50);
    for (const [, file = ""] of named) expect(existsSync(new URL(file, root)), file).toBe(true);
  });
});
