/** The graph of a running city once more, on its own databases, with nothing in it that asks who reads what. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { secretsFileOf } from "../../city/launch/data-folder.ts";
import { embeddedUrl } from "../../city/launch/database.ts";
import { databasePortOffset } from "../../city/launch/layout.ts";
import { keepSecrets } from "../../city/launch/secrets.ts";
import { planServices } from "../../city/launch/services.ts";
import { urlOfService } from "../../city/load/roles.ts";

export interface PlainCity {
  /** Where its gateway answers. */
  readonly url: string;
  close(): Promise<void>;
}

const departments = ["citizen", "health", "pension", "employment", "utilities"] as const;

/** Asked for by the supergraph, and by no query here. */
const companies = { water: "http://localhost:9/graphql", power: "http://localhost:9/graphql" };

/** Starts it beside the city of `data`. */
export async function startPlainCity(data: string, basePort: number): Promise<PlainCity> {
  const secrets = await keepSecrets(secretsFileOf(data));
  const databaseUrl = embeddedUrl({ port: basePort + databasePortOffset, secrets });
  const plans = planServices({
    basePort,
    logLevel: "error",
    secrets,
    redisUrl: undefined,
    rateLimits: "citizen=1000000",
    databaseUrl: (service) => urlOfService(databaseUrl, service, secrets.rolePasswords),
  });
  const processes: ReturnType<typeof fork>[] = [];
  const start = async (file: string, args: string[], service: string, more: Record<string, string>) => {
    const plan = plans.find(({ name }) => name === service);
    const child = fork(join(import.meta.dirname, file), args, {
      env: { PATH: process.env.PATH, ...plan?.environment, ...more },
      execArgv: [...(plan?.nodeFlags ?? [])],
    });
    processes.push(child);
    const [message] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(() => Promise.reject(new Error(`${file} ${args.join(" ")} did not start`))),
    ])) as [{ readonly url: string }];
    return message.url;
  };
  const urls = await Promise.all(
    departments.map(async (name) => {
      const service = name === "citizen" ? "identity" : name;
      return [name, await start("plain-subgraph.ts", [name], service, {})] as const;
    }),
  );
  const subgraphs = JSON.stringify({ ...Object.fromEntries(urls), ...companies });
  const url = await start("plain-gateway.ts", [], "gateway", { SUBGRAPHS: subgraphs });
  return {
    url,
    close: async () => {
      for (const child of processes) {
        const ended = once(child, "exit");
        child.disconnect();
        await ended;
      }
    },
  };
}
