/** The red team as a whole: how many attacks there are, and that docs/attacks.md tells of exactly these. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL("./", import.meta.url);
const page = readFileSync(new URL("../../docs/attacks.md", folder), "utf8");

/** Who attacks in which file, in the order of the page. */
const attackers = {
  "anonymous.test.ts": "anonymous person",
  "citizen.test.ts": "citizen",
  "cursors.test.ts": "citizen, with a cursor",
  "live.test.ts": "citizen, of what is live",
  "contracts.test.ts": "citizen, past her contract",
  "tokens.test.ts": "citizen or client with a wrong token",
  "delegate.test.ts": "delegate",
  "caseworker.test.ts": "caseworker",
  "company.test.ts": "company",
  "company-itself.test.ts": "company, in its own name",
  "company-schema.test.ts": "company, by its schema",
  "collusion.test.ts": "two companies together",
  "rogue-subgraph.test.ts": "rogue subgraph",
  "addresses.test.ts": "rogue subgraph, by its address",
  "announcements.test.ts": "somebody who announces events",
  "thief.test.ts": "thief",
  "running-city/anonymous.test.ts": "anonymous person, on a running city",
  "running-city/citizen.test.ts": "citizen, on a running city",
  "running-city/caseworker.test.ts": "caseworker, on a running city",
  "running-city/company.test.ts": "company, on a running city",
  "running-city/delegate.test.ts": "delegate, on a running city",
  "running-city/thief.test.ts": "thief, on a running city",
} as const;

interface Listed {
  readonly attacker: string;
  readonly name: string;
  readonly against: string;
  readonly file: string;
}

/** The attacks as a test file declares them. */
function attacksIn([file, attacker]: readonly [string, string]): Listed[] {
  const text = readFileSync(new URL(file, folder), "utf8");
  const declared = [...text.matchAll(/^attack\("(?<name>[^"]+)", \{\n(?<parts>[\s\S]*?)^\}\);/gm)];
  // A declaration of another shape would be missing from the page.
  expect(declared.length, file).toBe([...text.matchAll(/^attack\(/gm)].length);
  return declared.map(({ groups: { name = "", parts = "" } = {} }) => ({
    attacker,
    name,
    against: againstOf(parts, text),
    file,
  }));
}

/** Where an attack is shown to work: said by itself, or by what it shares with others of its file. */
function againstOf(parts: string, text: string): string {
  const shared = /^ {2}\.\.\.(\w+)/m.exec(parts)?.[1];
  const around = new RegExp(`^const ${shared}\\b.*\\{\\n[\\s\\S]*?^\\}\\)?;|^const ${shared} = .*$`, "m").exec(
    text,
  )?.[0];
  return saidIn(parts) ?? saidIn(around ?? "") ?? "";
}

function saidIn(text: string): string | undefined {
  return (/\bweak: "(cannot be shown: [^"]+)"/.exec(text) ?? /\bagainst: "([^"]+)"/.exec(text))?.[1];
}

const attacks = Object.entries(attackers).flatMap(attacksIn);

describe("the red team", () => {
  it("has a line for every file", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".test.ts") && file !== "suite.test.ts",
    );
    expect(files.sort()).toEqual(Object.keys(attackers).sort());
  });

  it("makes at least forty attacks, each with a name of its own, and shows at least forty to work", () => {
    expect(new Set(attacks.map(({ attacker, name }) => `${attacker} ${name}`)).size).toBe(attacks.length);
    expect(attacks.filter(({ against }) => against === "")).toEqual([]);
    expect(attacks.filter(({ against }) => !against.startsWith("cannot be shown")).length).toBeGreaterThanOrEqual(40);
  });

  it("is told of on the page attack by attack, in the words of the tests", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| ") && line.includes(".test.ts"));
    expect(rows).toEqual(
      attacks.map(({ attacker, name, against, file }) => `| ${attacker} | ${name} | ${against} | \`${file}\` |`),
    );
  });
});
