import { runService } from "../../platform/lifecycle.ts";
import { employmentSpec } from "./config.ts";
import { startEmployment } from "./server.ts";

await runService("employment", employmentSpec, startEmployment);
