/** One form for every attack on the graph: how it works where a defence is missing, and what it meets in the city. */
import { describe, expect, it } from "vitest";

/** What an attempt ends with when the attacker has got what she came for. */
export const worked = "worked";

export interface Attack<Target> {
  /** Where the defence is missing, in the words of docs/attacks.md; nothing where it cannot be shown. */
  readonly against?: string;
  /** What is attacked, as the city runs it. */
  readonly real: () => Target | Promise<Target>;
  /**
   * The same without the defence, or on a running city as it is for whom the steps are allowed; or the words
   * `cannot be shown:` and why there is no such thing.
   */
  readonly weak: (() => Target | Promise<Target>) | `cannot be shown: ${string}`;
  /** The attack, the same for both. Ends with `worked`, or with what stood in its way. */
  readonly attempt: (target: Target) => Promise<string>;
  /** What stands in its way in the city. */
  readonly meets: string;
}

/** Tests that an attack works against the weak target, where there is one, and not against the real one. */
export function attack<Target>(name: string, { real, weak, attempt, meets }: Attack<Target>): void {
  describe(name, () => {
    if (typeof weak !== "string") {
      it("works where nothing stands in its way", async () => {
        expect(await attempt(await weak())).toBe(worked);
      });
    }
    it(`meets "${meets}"${typeof weak === "string" ? ` (${weak})` : ""}`, async () => {
      expect(await attempt(await real())).toBe(meets);
    });
  });
}
