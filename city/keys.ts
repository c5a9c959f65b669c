/**
 * `npm run keys -- list | rotate | revoke | reseal`: the command of identity/keys/, on the city of `--data`, or with
 * identity's own settings where they are in the environment.
 */
import { readFlags, runCommand } from "./command-line.ts";
import { commandEnvironment, runIdentityCommand } from "./launch/identity-command.ts";
import { usualDataFolder } from "./launch/settings.ts";

const program = new URL("../identity/keys/main.ts", import.meta.url);
const usage =
  "npm run --silent keys -- list | rotate | revoke KEY_ID… | revoke --all | reseal [--dry-run] [--port B] [--data FOLDER]";

/** One in sixty-four begins as a flag does. */
const keyId = /^[\w-]{43}$/;

await runCommand(process.env, async () => {
  const given = process.argv.slice(2);
  const { values, positionals } = readFlags(
    {
      args: given.filter((word) => !keyId.test(word)),
      options: {
        all: { type: "boolean", default: false },
        "dry-run": { type: "boolean", default: false },
        port: { type: "string" },
        data: { type: "string", default: usualDataFolder },
      },
      allowPositionals: true,
    },
    usage,
  );
  const keyIds = given.filter((word) => keyId.test(word));
  const words = [
    ...positionals,
    ...keyIds,
    ...(values.all ? ["--all"] : []),
    ...(values["dry-run"] ? ["--dry-run"] : []),
  ];
  process.exitCode = await runIdentityCommand(program, words, await commandEnvironment(process.env, values));
});
