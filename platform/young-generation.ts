/** How V8 treats what lives as long as a request. */
import { setFlagsFromString } from "node:v8";

/**
 * Keeps what is made for a request in the young generation. V8 guesses from what survived at some moment of high
 * load which allocations live long, and makes them old from then on. In a server the guess is wrong: old objects
 * that died are collected rarely, and all that they point to survives with them until then
 * (`docs/decisions/0011` has the figures).
 *
 * To be called before the work begins. How large the young generation may become only the command line can
 * say (`--max-semi-space-size`).
 */
export function keepRequestsYoung(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}
