import { subgraphSpec } from "../kit/service.ts";

/** The settings of the pension department. */
export const pensionSpec = subgraphSpec("pension");
