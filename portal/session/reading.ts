/** What every page needs that shows something of the graph. */
import type { AskGraph } from "../graph/ask.ts";
import type { Cookies } from "./cookies.ts";
import type { FreshToken } from "./fresh-token.ts";
import type { Sessions } from "./sessions.ts";

export interface Reading {
  readonly sessions: Sessions;
  readonly cookies: Cookies;
  readonly freshToken: FreshToken;
  readonly askGraph: AskGraph;
}
