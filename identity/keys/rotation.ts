/**
 * The life of a signing key: published, so that every verifier learns of it; signing; retiring, for what it has
 * signed; gone. Of each algorithm one key signs and the next one is published already, so that it may take over at
 * once when it must.
 *
 * Pure: the same for every replica that looks at the same keys at the same time.
 */

/** JWS algorithms that identity can sign with (RFC 7518, RFC 8037); a client asks for another than the first. */
export const signingAlgorithms = ["ES256", "EdDSA", "PS256"] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export type KeyState = "published" | "signing" | "retiring";

/** A key that is not gone. Times are seconds since the epoch by the database's clock. */
export interface KeyRecord {
  readonly keyId: string;
  readonly algorithm: SigningAlgorithm;
  readonly state: KeyState;
  readonly publishedAt: number;
  readonly signingAt: number | null;
  /** When the next one may take over from it. */
  readonly dueAt: number | null;
  readonly retiringAt: number | null;
}

/** How long a key stays what it is, in seconds. */
export interface RotationSchedule {
  /** How long a key signs. */
  readonly period: number;
  /** From being published until every verifier knows it. */
  readonly publishWait: number;
  /** From signing no more until the last thing it signed has expired everywhere. */
  readonly retireWait: number;
}

/** What changes next. A key that begins to sign makes the one that did so far retire. */
export type RotationStep =
  | { readonly kind: "publish"; readonly algorithm: SigningAlgorithm }
  | { readonly kind: "sign"; readonly keyId: string }
  | { readonly kind: "remove"; readonly keyId: string };

/** The steps that are due; after they have been taken, others may be. */
export function dueSteps(keys: readonly KeyRecord[], now: number, schedule: RotationSchedule): RotationStep[] {
  const spent = keys.filter(({ retiringAt }) => retiringAt !== null && retiringAt + schedule.retireWait <= now);
  return [
    ...signingAlgorithms.flatMap((algorithm) => {
      const own = keys.filter((key) => key.algorithm === algorithm);
      return stepOf(algorithm, own, now, schedule) ?? [];
    }),
    ...spent.map(({ keyId }): RotationStep => ({ kind: "remove", keyId })),
  ];
}

function stepOf(
  algorithm: SigningAlgorithm,
  keys: readonly KeyRecord[],
  now: number,
  { publishWait }: RotationSchedule,
): RotationStep | undefined {
  const signing = keys.find(({ state }) => state === "signing");
  const next = keys.find(({ state }) => state === "published");
  if (!next) return { kind: "publish", algorithm };
  const isKnown = next.publishedAt + publishWait <= now;
  const isDue = signing?.dueAt !== undefined && signing.dueAt !== null && signing.dueAt <= now;
  // Where none signs, at the first start or in an emergency, the next one does, known or not.
  if (!signing || (isDue && isKnown)) return { kind: "sign", keyId: next.keyId };
  return undefined;
}

/** In the order in which the provider looks for one to sign with. */
export function bySigningOrder(a: Pick<KeyRecord, "state">, b: Pick<KeyRecord, "state">): number {
  return order[a.state] - order[b.state];
}

const order: Readonly<Record<KeyState, number>> = { signing: 0, published: 1, retiring: 2 };
