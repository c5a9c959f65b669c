import { runService } from "../../platform/lifecycle.ts";
import { pensionSpec } from "./config.ts";
import { startPension } from "./server.ts";

await runService("pension", pensionSpec, startPension);
