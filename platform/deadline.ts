/** A bound on waiting. */

/**
 * What `work` gives, if it does so in time; it is not stopped otherwise.
 *
 * @param ms the longest wait, in milliseconds
 * @throws Error when the time is over, and whatever `work` rejects with before
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
