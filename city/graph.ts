/** `npm run --silent graph -- --citizen <name> '<query>'`: asks the graph in a citizen's name. */
import { readCitizenCommand, signInFor } from "./client/command.ts";
import { askGraph } from "./client/graph.ts";
import { runCommand } from "./command-line.ts";

const usage = "npm run --silent graph -- [--citizen NAME] [--port B] '<query>'";

await runCommand(process.env, async () => {
  const command = readCitizenCommand(usage, 1, process.env);
  const answer = await askGraph(command.basePort, await signInFor(command), command.words.join(" "));
  console.log(JSON.stringify(answer, null, 2));
  if (answer.errors) process.exitCode = 1;
});
