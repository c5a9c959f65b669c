/** Which code plans: plans that are kept outlive it. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** A hash of this folder and of the planner's package: another version of either plans for itself. */
export function plannerVersion(): string {
  const hash = createHash("sha256").update(readFileSync(packageFile()));
  for (const name of readdirSync(import.meta.dirname).sort()) {
    hash.update(name).update(readFileSync(new URL(name, import.meta.url)));
  }
  return hash.digest("base64url").slice(0, 16);
}

function packageFile(): string {
  return createRequire(import.meta.url).resolve("@apollo/query-planner/package.json");
}
