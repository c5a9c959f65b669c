import { runService } from "../../platform/lifecycle.ts";
import { healthSpec } from "./config.ts";
import { startHealth } from "./server.ts";

await runService("health", healthSpec, startHealth);
