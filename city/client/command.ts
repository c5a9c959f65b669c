/** What the commands that speak for a citizen have in common: `--citizen`, `--port`, and the sign-in. */
import { loadConfig } from "../../platform/config.ts";
import { readFlags } from "../command-line.ts";
import { CityError } from "../failure.ts";
import { basePortSetting, parsePort } from "../launch/settings.ts";
import { demoCitizens, demoPassword } from "../population/demo.ts";
import type { Credentials } from "./credentials.ts";
import { signIn } from "./sign-in.ts";

/** A command line that was understood. */
export interface CitizenCommand {
  readonly basePort: number;
  /** Resident ID number or mobile number. */
  readonly login: string;
  readonly json: boolean;
  /** What stands beside the flags. */
  readonly words: readonly string[];
}

/**
 * Reads the command line.
 *
 * @param words how many words stand beside the flags
 * @throws CityError or ConfigError in one sentence
 */
export function readCitizenCommand(usage: string, words: number, env: NodeJS.ProcessEnv): CitizenCommand {
  const { values, positionals } = readFlags(
    {
      options: {
        citizen: { type: "string", default: demoCitizens[0].key },
        port: { type: "string" },
        json: { type: "boolean", default: false },
      },
      allowPositionals: true,
    },
    usage,
  );
  if (positionals.length !== words) throw new CityError(`${expected(words)} Usage: ${usage}`);
  const config = loadConfig("this command", { port: basePortSetting }, env);
  const basePort = values.port === undefined ? config.port : parsePort(values.port);
  return { basePort, login: loginOf(values.citizen), json: values.json, words: positionals };
}

/** Signs the command's citizen in; every synthetic citizen has the same password. */
export async function signInFor({ basePort, login }: CitizenCommand): Promise<Credentials> {
  return await signIn(basePort, { login, password: demoPassword });
}

function expected(words: number): string {
  return words === 0 ? "Nothing stands beside the flags." : "The query must be there once, in quotes.";
}

/** Demo citizens go by name; everybody else by what she signs in with. */
function loginOf(citizen: string): string {
  const demo = demoCitizens.find(({ key }) => key === citizen.toLowerCase());
  if (demo) return demo.mobile;
  if (/^\d{11}$|^\d{17}[\dX]$/i.test(citizen)) return citizen;
  const names = demoCitizens.map(({ key }) => key).join(", ");
  throw new CityError(
    `--citizen must be ${names}, a resident ID number or a mobile number, not ${JSON.stringify(citizen)}.`,
  );
}
