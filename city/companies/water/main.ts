import { runSubgraph } from "../../../subgraphs/kit/service.ts";
import { water } from "./server.ts";

await runSubgraph(water);
