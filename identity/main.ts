import { runService } from "../platform/lifecycle.ts";
import { identitySpec } from "./config.ts";
import { startIdentity } from "./server.ts";

await runService("identity", identitySpec, startIdentity);
