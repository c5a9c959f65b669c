/** The real Redis of this test run; undefined on the embedded default, where the in-process store runs alone. */
export const testRedisUrl: string | undefined = process.env.REDIS_URL;
