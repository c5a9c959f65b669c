import { subgraphSpec } from "../kit/service.ts";

/** The settings of the health department. */
export const healthSpec = subgraphSpec("health");
