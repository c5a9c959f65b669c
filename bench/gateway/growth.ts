/** Growth of memory over time. */
import type { Memory } from "./observer.ts";

export interface Reading extends Memory {
  readonly minutes: number;
}

/** Slope of the straight line that fits the readings best, in MiB an hour, as text. */
export function growthPerHour(readings: readonly Reading[], kind: keyof Memory): string {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanHours, meanMiB] = [mean(readings.map(({ minutes }) => minutes / 60)), mean(readings.map((r) => r[kind]))];
  const deviations = readings.map((r) => ({ hours: r.minutes / 60 - meanHours, mebibytes: r[kind] - meanMiB }));
  const spread = deviations.reduce((sum, { hours }) => sum + hours ** 2, 0);
  if (spread === 0) return "unknown";
  return (deviations.reduce((sum, { hours, mebibytes }) => sum + hours * mebibytes, 0) / spread).toFixed(1);
}
