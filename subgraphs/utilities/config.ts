import { subgraphSpec } from "../kit/service.ts";

/** The settings of the utilities department. */
export const utilitiesSpec = subgraphSpec("utilities");
