import { runService } from "../../platform/lifecycle.ts";
import { utilitiesSpec } from "./config.ts";
import { startUtilities } from "./server.ts";

await runService("utilities", utilitiesSpec, startUtilities);
