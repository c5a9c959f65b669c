/**
 * `npm run admin -- …`: the command of identity/admin/, on the city of `--data`, or with identity's own settings where
 * they are in the environment.
 */
import { readFlags, runCommand } from "./command-line.ts";
import { commandEnvironment, runIdentityCommand } from "./launch/identity-command.ts";
import { usualDataFolder } from "./launch/settings.ts";

const program = new URL("../identity/admin/main.ts", import.meta.url);
const usage = "npm run --silent admin -- WORDS [--dry-run] [--prune] [--json] [--port B] [--data FOLDER]";
const flags = ["dry-run", "prune", "json"] as const;

await runCommand(process.env, async () => {
  const args = process.argv.slice(2);
  if (args.length === 0 || args.includes("--help")) {
    process.exitCode = await runIdentityCommand(program, ["--help"], { PATH: process.env.PATH });
    return;
  }
  const { values, positionals } = readFlags(
    {
      options: {
        "dry-run": { type: "boolean", default: false },
        prune: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        port: { type: "string" },
        data: { type: "string", default: usualDataFolder },
      },
      allowPositionals: true,
    },
    usage,
  );
  const words = [...positionals, ...flags.filter((flag) => values[flag]).map((flag) => `--${flag}`)];
  process.exitCode = await runIdentityCommand(program, words, await commandEnvironment(process.env, values));
});
