/** What every way of executing an operation has in common. */
import type { Errand } from "../admission/admit.ts";
import type { Answer } from "../answer.ts";
import type { CompiledOperation, Variables } from "../operation/operation.ts";

export interface Executor {
  /**
   * Runs an operation. Fields that a subgraph cannot give are null, each with an error; errors are
   * already masked.
   */
  execute(operation: CompiledOperation, variables: Variables, errand: Errand): Promise<Answer>;
}
