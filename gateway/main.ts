/** Starts the gateway. */
import { runService } from "../platform/lifecycle.ts";
import { gatewaySpec } from "./config.ts";
import { createGateway } from "./server.ts";

await runService("gateway", gatewaySpec, createGateway);
