/** What a browser calls itself, in words that a person can check: no version, no model, no fingerprint. */

/** Proper names; null where the text says nothing that we know. */
export interface Device {
  readonly browser: string | null;
  readonly system: string | null;
}

// The first that fits: most browsers also claim to be those that come after them.
const browsers: readonly (readonly [string, RegExp])[] = [
  ["WeChat", /MicroMessenger\//],
  ["Alipay", /AlipayClient\//],
  ["QQ Browser", /\bM?QQBrowser\//],
  ["UC Browser", /\bUC(?:Browser|Web)\//],
  ["Huawei Browser", /HuaweiBrowser\//],
  ["Mi Browser", /MiuiBrowser\//],
  ["Samsung Internet", /SamsungBrowser\//],
  ["Microsoft Edge", /\bEdg(?:A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:Chrome|HeadlessChrome|CriOS)\//],
  ["Safari", /\bVersion\/[\d.]+ (?:Mobile\/\w+ )?Safari\//],
];

const systems: readonly (readonly [string, RegExp])[] = [
  ["HarmonyOS", /\b(?:OpenHarmony|HarmonyOS)\b/],
  ["Windows", /\bWindows NT\b/],
  ["iOS", /\b(?:iPhone|iPad|iPod)\b/],
  ["Android", /\bAndroid\b/],
  ["macOS", /\bMacintosh\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];

/** @param userAgent a `User-Agent` header (RFC 9110, 10.1.5); anybody may write anything into it */
export function deviceOf(userAgent: string | null): Device {
  const nameIn = (names: typeof browsers) => names.find(([, pattern]) => pattern.test(userAgent ?? ""))?.[0] ?? null;
  return { browser: nameIn(browsers), system: nameIn(systems) };
}
