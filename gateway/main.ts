/** Starts the gateway, or the cluster of its workers. */
import { runService } from "../platform/lifecycle.ts";
import { createCluster, isClusterWorker } from "./cluster.ts";
import { gatewaySpec } from "./config.ts";

await runService("gateway", gatewaySpec, async (config, log) => {
  if (config.workers > 1 && !isClusterWorker) return await createCluster(config.workers, log);
  // What starts workers only has no use for all that the gateway is made of.
  const { createGateway } = await import("./server.ts");
  return await createGateway(config, log);
});
