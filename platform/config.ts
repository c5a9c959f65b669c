/**
 * Settings of a process, read once from the environment and refused as a whole.
 *
 * A service describes its settings as data (`ConfigSpec`); `main.ts` hands the environment to
 * `loadConfig`, and nothing else ever reads it.
 */
import { z } from "zod";

/** One setting: the variables it may come from, what it must look like, and what it is for. */
export interface Setting<T = unknown> {
  /** The first of these that is set counts. */
  readonly env: readonly [string, ...string[]];
  readonly schema: z.ZodType<T>;
  /** One sentence for the person who runs the service. */
  readonly doc: string;
}

/** The settings of one service, by the name under which its code knows them. */
export type ConfigSpec = Readonly<Record<string, Setting>>;

/** What `loadConfig` makes of a spec. */
export type ConfigOf<S extends ConfigSpec> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** Every fault of an environment at once. The messages name variables, never their values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(service: string, faults: readonly string[]) {
    super(`${service} cannot start: ${faults.join("; ")}.`);
    this.faults = faults;
  }
}

/** Describes one setting; keeps the type of its value. */
export function setting<T>(env: string | Setting["env"], schema: z.ZodType<T>, doc: string): Setting<T> {
  return { env: typeof env === "string" ? [env] : env, schema, doc };
}

/** A TCP port, 1 to 65535. */
export const tcpPort = z.coerce.number().int().min(1).max(65_535);

/** An absolute `http:` or `https:` URL without a trailing slash. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .transform((url) => url.replace(/\/+$/, ""));

/** A PostgreSQL connection URL. */
export const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL" });

/** A Redis connection URL; without one a store inside the process is used. */
export const redisUrl = z.url({ protocol: /^rediss?$/, error: "must be a redis:// or rediss:// URL" }).optional();

/** Exactly `bytes` random bytes, base64url without padding. */
export const secretBytes = (bytes: number) =>
  z
    .base64url()
    .transform((text) => Buffer.from(text, "base64url"))
    .refine((decoded) => decoded.length === bytes, `must be ${bytes} bytes in base64url`);

/** Any number of secrets, each as `secretBytes` has it, separated by commas; none when it is not given. */
export const secretBytesList = (bytes: number) =>
  z
    .string()
    .default("")
    .transform((text) => (text === "" ? [] : text.split(",")))
    .pipe(z.array(secretBytes(bytes)));

const es256Jwk = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  alg: z.literal("ES256").default("ES256"),
  kid: z.string().min(1),
  x: z.base64url(),
  y: z.base64url(),
  d: z.base64url(),
});

/** A private ES256 key with the `kid` of its public half: a JSON Web Key (RFC 7517) in one line. */
export type Es256PrivateJwk = z.output<typeof es256Jwk>;

/** Reads an `Es256PrivateJwk`; other members are dropped. */
export const es256PrivateJwk = z.string().transform((text, context): Es256PrivateJwk => {
  try {
    return es256Jwk.parse(JSON.parse(text));
  } catch {
    context.addIssue("must be a private ES256 JSON Web Key with a kid");
    return z.NEVER;
  }
});

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Settings that every service has. */
export const commonSettings = {
  logLevel: setting(
    "LOG_LEVEL",
    z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
    "Least severe level that is logged.",
  ),
  host: setting(
    "HUIMIN_HOST",
    z.string().default("localhost"),
    "Address to listen on: localhost for this machine alone, 0.0.0.0 inside a container.",
  ),
} as const;

/**
 * Reads the settings of `service` from `env`.
 *
 * @throws ConfigError with all faults: missing or malformed values, and `HUIMIN_` variables that the
 *   service does not know (a misspelt setting must not be a silent default).
 */
export function loadConfig<S extends ConfigSpec>(service: string, spec: S, env: NodeJS.ProcessEnv): ConfigOf<S> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { env: variables, schema }] of Object.entries(spec)) {
    const variable = variables.find((candidate) => env[candidate]) ?? variables[0];
    const text = env[variable] || undefined;
    const parsed = schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else if (text === undefined) faults.push(`${variables.join(" or ")} is missing`);
    else faults.push(`${variable} ${describe(parsed.error)}`);
  }
  const known = new Set(Object.values(spec).flatMap((s) => s.env));
  for (const variable of Object.keys(env)) {
    if (variable.startsWith("HUIMIN_") && !known.has(variable))
      faults.push(`${variable} is not a setting of ${service}`);
  }
  if (faults.length > 0) throw new ConfigError(service, faults);
  return Object.freeze(values) as ConfigOf<S>;
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `is refused (${issue.message})`).join(" and ");
}
