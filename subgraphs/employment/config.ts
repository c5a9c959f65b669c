import { subgraphSpec } from "../kit/service.ts";

/** The settings of the employment department. */
export const employmentSpec = subgraphSpec("employment");
