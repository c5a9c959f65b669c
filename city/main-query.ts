/** `npm run --silent main-query -- --citizen <name>`: the question that the city was built to answer. */
import { readFile } from "node:fs/promises";
import { readCitizenCommand, signInFor } from "./client/command.ts";
import { askGraph } from "./client/graph.ts";
import { readMainAnswer, summarise } from "./client/main-answer.ts";
import { runCommand } from "./command-line.ts";

const usage = "npm run --silent main-query -- [--citizen NAME] [--port B] [--json]";

await runCommand(process.env, async () => {
  const command = readCitizenCommand(usage, 0, process.env);
  const query = await readFile(new URL("main-query.graphql", import.meta.url), "utf8");
  const answer = await askGraph(command.basePort, await signInFor(command), query);
  if (answer.errors) process.exitCode = 1;
  console.log(command.json || answer.errors ? JSON.stringify(answer, null, 2) : summarise(readMainAnswer(answer)));
});
