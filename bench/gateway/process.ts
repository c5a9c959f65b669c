/** Processes of the bench: their start, their end, and what the kernel says of them (Linux only). */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";

const ticksPerSecond = 100;
const patienceMs = 5_000;

/** Asks a process to end, and ends it when it does not. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill();
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await exited;
  clearTimeout(timer);
}

/** User and system time of all threads of a process since its start, in milliseconds (to 10 ms). */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the command, in brackets, may itself hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** Forgets the peak, so that `peakMiBOf` tells that of the time from now on. */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** Highest resident memory of a process since `resetPeak`, in MiB. */
export function peakMiBOf(pid: number): number {
  return statusMiB(pid, "VmHWM");
}

/** Resident memory of a process now, in MiB. */
export function residentMiBOf(pid: number): number {
  return statusMiB(pid, "VmRSS");
}

function statusMiB(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1024;
}
