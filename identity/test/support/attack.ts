/** One form for every attack of the suite: what it rests on, how it works where a defence is missing, what it meets. */
import type { Configuration, Provider } from "oidc-provider";
import { Provider as PlainProvider } from "oidc-provider";
import { afterAll, describe, expect, it } from "vitest";
import type { KeyValueStore } from "../../../platform/keyvalue.ts";
import { startTestIdentity, type TestIdentity } from "./identity.ts";

/** What an attempt ends with when the attacker has got what she came for. */
export const worked = "worked";

export interface Attack<Target> {
  /** The section of the RFC or the requirement of OWASP ASVS 5.0 that names the attack. */
  readonly source: string;
  /** What is attacked, as the city runs it. */
  readonly real: () => Target | Promise<Target>;
  /** The same without the defence; or the words `cannot be shown:` and why there is no such thing. */
  readonly weak: (() => Target | Promise<Target>) | `cannot be shown: ${string}`;
  /** The attack, the same for both. Ends with `worked`, or with what stood in its way. */
  readonly attempt: (target: Target) => Promise<string>;
  /** What stands in its way in the city. */
  readonly meets: string;
}

/** Tests that an attack works against the weak target, where there is one, and not against the real one. */
export function attack<Target>(name: string, { real, weak, attempt, meets }: Attack<Target>): void {
  describe(name, () => {
    if (typeof weak === "string") {
      it(`meets "${meets}" (${weak})`, async () => {
        expect(await attempt(await real())).toBe(meets);
      });
      return;
    }
    it("works where the defence is missing", async () => {
      expect(await attempt(await weak())).toBe(worked);
    });
    it(`meets "${meets}"`, async () => {
      expect(await attempt(await real())).toBe(meets);
    });
  });
}

/** Identity without one of its defences. */
export interface Weakness {
  /** A configuration of the provider that lacks something. */
  readonly configuration?: (real: Configuration) => Configuration;
  /** A provider that leaves something out. */
  readonly provider?: (provider: Provider) => void;
  readonly fleeting?: (store: KeyValueStore) => KeyValueStore;
}

/** Identities of a test file: the real one, and weak ones as its attacks want them. All end with the file. */
export function identities(): {
  readonly real: () => Promise<TestIdentity>;
  readonly weak: (weakness: Weakness) => () => Promise<TestIdentity>;
} {
  const started: Promise<TestIdentity>[] = [];
  const start = (options?: Parameters<typeof startTestIdentity>[1]) => {
    const identity = startTestIdentity(undefined, options);
    started.push(identity);
    return identity;
  };
  let real: Promise<TestIdentity> | undefined;
  afterAll(async () => {
    for (const identity of started) await (await identity).close();
  });
  return {
    real: () => {
      real ??= start();
      return real;
    },
    weak:
      ({ configuration = (one) => one, provider: change = () => {}, fleeting = (store) => store }) =>
      () =>
        start({
          fleeting,
          makeProvider: (issuer, settings) => {
            const provider = new PlainProvider(issuer, configuration(settings));
            change(provider);
            return provider;
          },
        }),
  };
}
