/** Reads V8's CPU profiles: who spent how much time itself. */

/** What `node --cpu-prof` writes, as far as it is read here (Chrome DevTools Protocol, `Profiler.Profile`). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly name: string;
  /** Folder of ours, package, `node:` or what V8 does itself. */
  readonly part: string;
  /** File and line. */
  readonly place: string;
  readonly ms: number;
}

/** Self time by function, idling left out, most first. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): SelfTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, SelfTime>();
  for (const [index, sample] of samples.entries()) {
    const frame = frames.get(sample);
    if (!frame || frame.functionName === "(idle)") continue;
    const { functionName, url, lineNumber } = frame;
    const key = `${functionName} ${url} ${lineNumber}`;
    const ms = (times.get(key)?.ms ?? 0) + (timeDeltas[index] ?? 0) / 1000;
    times.set(key, {
      name: functionName || "(anonymous)",
      part: partOf(functionName, url),
      place: placeOf(url, lineNumber),
      ms,
    });
  }
  return [...times.values()].sort((a, b) => b.ms - a.ms);
}

/** Self time by part in milliseconds, most first. */
export function shareByPart(times: readonly SelfTime[]): [part: string, ms: number][] {
  const parts = Map.groupBy(times, ({ part }) => part);
  const sums = [...parts].map(([part, members]): [string, number] => [
    part,
    members.reduce((sum, { ms }) => sum + ms, 0),
  ]);
  return sums.sort(([, a], [, b]) => b - a);
}

function partOf(functionName: string, url: string): string {
  if (url.startsWith("node:")) return nodePartOf(url);
  if (url === "") return nativePartOf(functionName);
  if (url.endsWith("/bench/gateway/observer.ts")) return "JSON.parse and JSON.stringify";
  const packageName = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return packageName ?? /\/((?:gateway|platform|trust)\/(?:[^/]+\/)*)[^/]+$/.exec(url)?.[1] ?? url;
}

function nativePartOf(functionName: string): string {
  if (functionName.startsWith("(")) return functionName;
  return /^(write|shutdown|readS)/.test(functionName) ? "system calls of sockets" : "native: other";
}

function nodePartOf(url: string): string {
  if (/http/.test(url)) return "node:http";
  if (/stream|net$|tcp|handle/.test(url)) return "node:net and streams";
  return "node: other";
}

function placeOf(url: string, lineNumber: number): string {
  return url && `${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
}
