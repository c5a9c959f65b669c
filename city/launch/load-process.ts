/** Loading the city, in a process of its own that gives its memory back. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CityError } from "../failure.ts";
import type { CityWish } from "../load/plan.ts";
import type { DataFolder } from "./data-folder.ts";
import type { CitySecrets } from "./secrets.ts";

const loader = fileURLToPath(new URL("../load.ts", import.meta.url));

/** The loader has said why in one sentence; nothing is left to say. */
export class LoadFailed extends CityError {}

/** A loader that is at work. */
export interface Loading {
  /** Resolves when the city is there; rejects with `LoadFailed` after the loader has said why it is not. */
  readonly done: Promise<void>;
  /** Ends the loader, whether it is done or not. */
  stop(): Promise<void>;
}

/** Loads the city unless the one that is wanted is there. The loader writes to this process's terminal. */
export function loadInProcess(databaseUrl: string, secrets: CitySecrets, wish: CityWish, folder: DataFolder): Loading {
  const flags = [
    ...(wish.citizens === undefined ? [] : ["--citizens", String(wish.citizens)]),
    ...(wish.fresh ? ["--fresh"] : []),
  ];
  const child = fork(loader, flags, {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: folder.compileCache,
      DATABASE_URL: databaseUrl,
      HUIMIN_PSEUDONYM_KEY: secrets.pseudonymKey,
      ...Object.fromEntries(
        Object.entries(secrets.rolePasswords).map(([service, password]) => [
          `${service.toUpperCase()}_DATABASE_PASSWORD`,
          password,
        ]),
      ),
    },
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return {
    done: exited.then((code) => {
      if (code !== 0) throw new LoadFailed("The city was not loaded.");
    }),
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
