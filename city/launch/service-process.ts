/** A service as a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LifecycleMessage } from "../../platform/lifecycle.ts";
import { CityError } from "../failure.ts";
import type { DataFolder } from "./data-folder.ts";
import type { ServicePlan } from "./services.ts";
import type { RunningPart } from "./supervisor.ts";

const startTimeoutMs = 60_000;

/** Longer than a service gives itself, so that it is killed only when it no longer hears. */
const stopTimeoutMs = 12_000;

/**
 * Starts a service and waits until it is ready.
 *
 * @throws CityError with the service's own sentence when it is not
 */
export async function startService(plan: ServicePlan, folder: DataFolder): Promise<RunningPart> {
  const log = await open(folder.logFile(plan.name), "a", 0o600);
  const child = fork(fileURLToPath(plan.main), [], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: folder.compileCache, ...plan.environment },
    execArgv: [...plan.nodeFlags],
    // Its own process group: Ctrl-C must reach the launcher alone, which stops all in the right order.
    detached: true,
    stdio: ["ignore", log.fd, log.fd, "ipc"],
  });
  await log.close();
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  const part = { exited, stop: () => stop(child) };
  try {
    await ready(child, plan.name, folder);
    return part;
  } catch (error) {
    await part.stop();
    throw error;
  }
}

/** How often a service is asked whether it is ready, in milliseconds. */
const readinessPauseMs = 100;

/**
 * Waits until a service that has started can do its work: it may need others that start beside it.
 *
 * @throws CityError when it cannot in time
 */
export async function untilReady(plan: ServicePlan, folder: DataFolder): Promise<void> {
  const address = new URL("/health/ready", plan.url);
  const patience = Date.now() + startTimeoutMs;
  while (Date.now() < patience) {
    const isReady = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await sleep(readinessPauseMs);
  }
  const waited = `${startTimeoutMs / 1_000} seconds`;
  throw new CityError(`${plan.name} does not find what it needs after ${waited}; see ${folder.logFile(plan.name)}.`);
}

async function ready(child: ChildProcess, name: string, folder: DataFolder): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const see = `see ${folder.logFile(name)}`;
  const timer = setTimeout(
    () => reject(new CityError(`${name} is not ready after ${startTimeoutMs / 1_000} seconds; ${see}.`)),
    startTimeoutMs,
  );
  child.on("message", (message: LifecycleMessage) => {
    if (message.type === "ready") resolve();
    else reject(new CityError(message.reason));
  });
  child.once("error", (error) => reject(new CityError(`${name} cannot be started (${error.message}).`)));
  child.once("exit", () => reject(new CityError(`${name} ended before it was ready; ${see}.`)));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await exited;
  clearTimeout(timer);
}
