/** `npm start`: the whole city, embedded. */
import { complain, runCommand } from "./command-line.ts";
import { type City, createCity } from "./launch/city.ts";
import { LoadFailed } from "./launch/load-process.ts";
import { describeCity } from "./launch/report.ts";
import { readStartSettings } from "./launch/settings.ts";

const say = (sentence: string) => process.stdout.write(`${sentence}\n`);

/** Exit code of a process that was interrupted before it was done: 128 and the number of SIGINT. */
const interrupted = 130;

await runCommand(process.env, async () => {
  const city = createCity(readStartSettings(process.env), say);
  const run = { ready: false, stopping: false };
  stopOnSignal(city, run);
  try {
    const services = await city.start();
    if (run.stopping) return;
    run.ready = true;
    say(describeCity(services));
    say(`  Open ${services[0]?.url} in a browser. Ctrl-C stops the city.`);
  } catch (error) {
    // What fails while everything is being stopped fails because of that.
    if (run.stopping) return;
    run.stopping = true;
    if (!(error instanceof LoadFailed)) complain(error, process.env);
    await city.stop();
    process.exit(1);
  }
});

/** Stops the city once. npm passes Ctrl-C on to a process that the terminal has told already. */
function stopOnSignal(city: City, run: { readonly ready: boolean; stopping: boolean }): void {
  const stop = async () => {
    if (run.stopping) return;
    run.stopping = true;
    say("\nStopping the city.");
    await city.stop();
    process.exit(run.ready ? 0 : interrupted);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent(stop);
}

/** A SIGTERM for npm ends npm and the shell between it and us; that we have another parent then is all we notice. */
function stopWithParent(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 500).unref();
}
