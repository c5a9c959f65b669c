/** Tells gateways which versions of each sector's key are in use. Keys themselves are told to nobody. */
import type { FastifyInstance } from "fastify";
import { sectorsPath } from "../../trust/sectors.ts";
import type { Sectors } from "./sectors.ts";

export function addSectorVersions(app: FastifyInstance, sectors: Sectors): void {
  app.get(sectorsPath, async (_request, reply) => {
    reply.header("cache-control", "max-age=30");
    return { sectors: Object.fromEntries(sectors.versions()) };
  });
}
