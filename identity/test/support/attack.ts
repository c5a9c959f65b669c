/** One form for every attack of the suite: what it rests on, how it works where a defence is missing, what it meets. */
import { randomUUID } from "node:crypto";
import { type Adapter, type AdapterFactory, type Configuration, Provider } from "oidc-provider";
import * as oidc from "openid-client";
import { afterAll, describe, expect, it } from "vitest";
import type { KeyValueStore } from "../../../platform/keyvalue.ts";
import { aygul } from "./citizens.ts";
import { type Attempt, type Request, signIn, type TestClient } from "./client.ts";
import { startTestIdentity, type TestIdentity } from "./identity.ts";
import type { Page } from "./user-agent.ts";

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
            const provider = new Provider(issuer, configuration(settings));
            change(provider);
            return provider;
          },
        }),
  };
}

/** A provider whose store for one kind of artefact behaves otherwise. */
export function withAdapter(model: string, change: (real: Adapter) => Partial<Adapter>): Weakness {
  return {
    configuration: (one) => {
      const adapterOf = one.adapter as AdapterFactory;
      return {
        ...one,
        adapter: (name: string) => {
          const adapter = adapterOf(name);
          return name === model ? { ...adapter, ...change(adapter) } : adapter;
        },
      };
    },
  };
}

/** The OAuth error that a promise ends with, or `worked`. */
export async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return worked;
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) return error.error;
    throw error;
  }
}

/** The name of a client that there is not yet. */
export function newName(): string {
  return `client-${randomUUID()}`;
}

/** Signs her in at a client that is not the city's own, which she allows what it asks. */
export async function allowed(identity: TestIdentity, client: TestClient, request: Request = {}): Promise<Attempt> {
  const attempt = await signIn(identity, client, aygul, request);
  if (attempt.page.leavesTo) return attempt;
  const page = await attempt.agent.submit(attempt.page, { action: "allow", ...sensitiveOn(attempt.page) });
  return { ...attempt, page };
}

/** The ticks of her consent page. */
function sensitiveOn({ text }: Page): Record<string, string> {
  return text.includes('name="health:read"') ? { "health:read": "yes" } : {};
}
