import type { Language } from "../../platform/i18n.ts";

/** A time to wait, as people say it: seconds below a minute, else minutes or hours, rounded up. */
export function duration(language: Language, seconds: number): string {
  const [amount, unit] =
    seconds < 60
      ? ([seconds, "second"] as const)
      : seconds < 3600
        ? ([Math.ceil(seconds / 60), "minute"] as const)
        : ([Math.ceil(seconds / 3600), "hour"] as const);
  return new Intl.NumberFormat([language, "zh-CN"], { style: "unit", unit, unitDisplay: "long" }).format(amount);
}
