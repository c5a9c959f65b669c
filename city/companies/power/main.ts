import { runSubgraph } from "../../../subgraphs/kit/service.ts";
import { power } from "./server.ts";

await runSubgraph(power);
