/** Starts and stops the city as its user would, and weighs it. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Credentials } from "../city/client/credentials.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface City {
  readonly pid: number;
  /** From the command to the table of services. */
  readonly seconds: number;
  /** The right to ask the graph in the first demo citizen's name. */
  credentials(): Promise<Credentials>;
  stop(): Promise<void>;
}

/** `npm start` in the folder `data`; resolves when the table of services is printed. */
export async function startCity(options: { data: string; basePort: number; citizens: number }): Promise<City> {
  const { data, basePort, citizens } = options;
  const args = ["start", "--", "--data", data, "--port", String(basePort), "--citizens", String(citizens)];
  const begun = performance.now();
  const child = spawn("npm", args, { cwd: root, stdio: ["ignore", "pipe", "inherit"], detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error("npm did not start");
  await new Promise<void>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk;
      if (output.includes("Ctrl-C")) resolve();
    });
    child.once("exit", () => reject(new Error(`the city did not start:\n${output}`)));
  });
  return {
    pid,
    seconds: (performance.now() - begun) / 1000,
    credentials: async () => {
      const command = ["run", "--silent", "token", "--", "--json", "--port", String(basePort)];
      const { stdout } = await promisify(execFile)("npm", command, { cwd: root });
      return JSON.parse(stdout) as Credentials;
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      process.kill(-pid, "SIGINT");
      await exited;
    },
  };
}

/**
 * Memory of a process and all below it, in MiB: the sum of the proportional set sizes (PSS), in which
 * a page shared by several processes counts once.
 */
export async function treeMemory(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-e", "-o", "pid=,ppid="]);
  const parents = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = new Set([pid]);
  for (let before = 0; before < tree.size; ) {
    before = tree.size;
    for (const [child, parent] of parents) if (child && parent && tree.has(parent)) tree.add(child);
  }
  let kib = 0;
  for (const member of tree) {
    const rollup = await readFile(`/proc/${member}/smaps_rollup`, "utf8").catch(() => "");
    kib += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return Math.round(kib / 1024);
}
