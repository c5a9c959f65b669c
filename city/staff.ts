/**
 * `npm run staff -- invite | disable | list`: the command of identity/staff/, on the city of `--data`, or with
 * identity's own settings where they are in the environment.
 */
import { readFlags, runCommand } from "./command-line.ts";
import { commandEnvironment, runIdentityCommand } from "./launch/identity-command.ts";
import { usualDataFolder } from "./launch/settings.ts";

const program = new URL("../identity/staff/main.ts", import.meta.url);
const usage = `npm run --silent staff -- invite --department NAME --role NAME --name "TEXT"
       npm run --silent staff -- invite STAFF_ID | disable STAFF_ID | list [--port B] [--data FOLDER]`;
const text = { type: "string" } as const;

await runCommand(process.env, async () => {
  const options = { department: text, role: text, name: text, port: text, data: { ...text, default: usualDataFolder } };
  const { values, positionals } = readFlags({ options, allowPositionals: true }, usage);
  const { port, data, ...words } = values;
  const flags = Object.entries(words).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  process.exitCode = await runIdentityCommand(
    program,
    [...positionals, ...flags],
    await commandEnvironment(process.env, { port, data }),
  );
});
