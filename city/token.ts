/** `npm run --silent token -- --citizen <name> --json`: an access token for the graph. */
import { readCitizenCommand, signInFor } from "./client/command.ts";
import { runCommand } from "./command-line.ts";

const usage = "npm run --silent token -- [--citizen NAME] [--port B] [--json]";

await runCommand(process.env, async () => {
  const command = readCitizenCommand(usage, 0, process.env);
  const credentials = await signInFor(command);
  console.log(command.json ? JSON.stringify(credentials) : credentials.accessToken);
});
