/** What a password costs: ours and, for a fair comparison, Keycloak's default. */
import { hash } from "@node-rs/argon2";
import { argon2idCost } from "../../identity/credentials/password.ts";

/** Costs of argon2id: KiB of memory, passes, lanes. */
export interface HashCost {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

export const ourCost: HashCost = argon2idCost;

/** Keycloak 26: argon2id, 7 MiB, 5 passes, 1 lane (its "argon2" password hash provider). */
export const keycloakCost: HashCost = { memoryCost: 7_168, timeCost: 5, parallelism: 1 };

const repetitions = 40;

/** Processor milliseconds of one hash, one at a time. */
export async function hashMs(cost: HashCost): Promise<number> {
  await hash("warm", cost);
  const before = process.cpuUsage();
  for (let i = 0; i < repetitions; i++) await hash("a password of some length", cost);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / repetitions;
}

export function describeCost({ memoryCost, timeCost, parallelism }: HashCost): string {
  return `argon2id m=${memoryCost} KiB, t=${timeCost}, p=${parallelism}`;
}
