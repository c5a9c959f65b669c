import { runService } from "../platform/lifecycle.ts";
import { portalSpec } from "./config.ts";
import { startPortal } from "./server.ts";

await runService("portal", portalSpec, startPortal);
