// Runs before every command of this folder, also on a Node that cannot read TypeScript: says what is
// missing in one sentence instead of a stack trace.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const oldestNode = 24;

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

if (!existsSync(join(__dirname, "..", "node_modules", "pg"))) {
  refuse("The city's packages are not installed; run npm ci first.");
}
if (Number(process.versions.node.split(".")[0]) < oldestNode) {
  refuse(
    `Node ${process.versions.node} is too old to run the city, which brings its own: run npm ci with install scripts allowed, or use Node ${oldestNode}.`,
  );
}
