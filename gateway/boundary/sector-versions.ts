/** The key versions of all sectors, as identity tells them: fetched at the start, and now and then since. */
import type { Logger } from "../../platform/log.ts";
import type { SectorVersions } from "../../trust/pseudonym.ts";
import { parseSectorVersions, sectorsPath } from "../../trust/sectors.ts";

export interface WatchedVersions {
  /** What was heard last; nothing before the first answer. */
  current(): ReadonlyMap<string, SectorVersions>;
  /** Rejects until identity has answered once. */
  fetched(): Promise<void>;
  close(): void;
}

/** Milliseconds from one question to the next. A changing key is accepted for minutes before it is used. */
const pace = { refresh: 10_000, retry: 1_000 } as const;

const timeoutMs = 3_000;

/** Keeps asking `issuer`. What is known stays in use while it does not answer. */
export function watchSectorVersions(issuer: string, log: Logger): WatchedVersions {
  let versions: ReadonlyMap<string, SectorVersions> = new Map();
  let text = "";
  let timer: NodeJS.Timeout | undefined;
  const closing = new AbortController();
  const ask = async () => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(`${issuer}${sectorsPath}`, { redirect: "error", signal });
    if (response.status !== 200) throw new Error(`identity answered with ${response.status}`);
    const answer = await response.text();
    if (answer !== text) versions = parseSectorVersions(JSON.parse(answer));
    text = answer;
  };
  const refresh = async () => {
    const heard = await ask().then(
      () => true,
      (error: unknown) => {
        if (!closing.signal.aborted) log.warn({ err: error }, "the sectors cannot be fetched; those known stay in use");
        return false;
      },
    );
    if (!closing.signal.aborted) timer = setTimeout(refresh, heard ? pace.refresh : pace.retry).unref();
  };
  void refresh();
  return {
    current: () => versions,
    async fetched() {
      if (text === "") throw new Error("the sectors have not been fetched yet");
    },
    close() {
      closing.abort();
      clearTimeout(timer);
    },
  };
}
