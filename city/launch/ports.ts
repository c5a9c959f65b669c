/** Whether the city's ports are free. */
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CityError, errorCode } from "../failure.ts";

/** What a city that was killed a moment ago may take to let go of its ports. */
const graceMs = 2_000;

/**
 * Makes sure that every port can be listened on, before anything else is done.
 *
 * @throws CityError that names the first one that cannot
 */
export async function requireFreePorts(ports: readonly number[]): Promise<void> {
  const patience = Date.now() + graceMs;
  for (const port of ports) {
    let refusal = await refusalOf(port);
    while (refusal === "EADDRINUSE" && Date.now() < patience) {
      await sleep(100);
      refusal = await refusalOf(port);
    }
    if (refusal === undefined) continue;
    if (refusal === "EADDRINUSE") {
      throw new CityError(`Port ${port} is taken; stop what listens there, or move the city with --port.`);
    }
    throw new CityError(`Port ${port} cannot be used (${refusal}); move the city with --port.`);
  }
}

/** Why nobody can listen on a port of this machine; undefined when somebody can. */
async function refusalOf(port: number): Promise<string | undefined> {
  for (const host of ["127.0.0.1", "::1"]) {
    const server = createServer();
    try {
      server.listen({ port, host, exclusive: true });
      await once(server, "listening");
      server.close();
      await once(server, "close");
    } catch (error) {
      const code = errorCode(error) ?? "unknown";
      // A machine without IPv6 has one address less to look at.
      if (code !== "EADDRNOTAVAIL" && code !== "EAFNOSUPPORT") return code;
    }
  }
  return undefined;
}
