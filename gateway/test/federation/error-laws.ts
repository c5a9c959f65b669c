/** What has to be true of errors, whatever the order in which a gateway finds them. */
import { isErrorCode } from "../../../trust/errors.ts";
import type { Outcome } from "./federation.ts";

type Path = readonly (string | number)[];

/** The answer to the same operation with the same faults, were every field nullable: no null hides another. */
export interface Unhidden {
  readonly data: unknown;
  readonly errors?: readonly { readonly path?: Path }[];
}

/**
 * What is wrong with the errors of an answer; empty when all is well. Every error has a path and a code of
 * the catalogue and stands where the answer has no value; every null that rose has an error at or below it;
 * every error of a subgraph is told unless such a null hides its place.
 */
export function errorFaults({ data, errors = [] }: Outcome, unhidden: Unhidden): string[] {
  const formless = errors.filter(({ path, extensions }) => path === undefined || !isErrorCode(extensions?.code));
  const baseless = errors.filter(({ path }) => path !== undefined && !isNullAt(data, path));
  const unexplained = nullPaths(data, [])
    .filter((path) => !isNullAt(unhidden.data, path))
    .filter((path) => !errors.some((error) => startsWith(error.path ?? [], path)));
  const untold = (unhidden.errors ?? [])
    .map(({ path = [] }) => path)
    .filter((path) => isThere(data, path.slice(0, -1)))
    .filter((path) => !errors.some((error) => error.path?.join() === path.join()));
  return [
    ...formless.map((error) => `without path or code: ${JSON.stringify(error)}`),
    ...baseless.map(({ path }) => `nothing is missing at ${path?.join(".")}`),
    ...unexplained.map((path) => `no error explains the null at ${path.join(".")}`),
    ...untold.map((path) => `nobody tells of the error at ${path.join(".")}`),
  ];
}

function nullPaths(value: unknown, path: Path): Path[] {
  if (value === null || value === undefined) return [path];
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, member]) =>
    nullPaths(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function isNullAt(value: unknown, [step, ...rest]: Path): boolean {
  if (value === null || value === undefined) return true;
  if (step === undefined || typeof value !== "object") return false;
  return isNullAt(Reflect.get(value, step), rest);
}

function isThere(value: unknown, path: Path): boolean {
  return value !== null && !isNullAt(value, path);
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((step, index) => path[index] === step);
}
