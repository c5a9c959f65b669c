/** A number from 0 to below `count`. 0 is always the plainest choice. */
export type Choices = (count: number) => number;

/** Choices that follow a list of numbers, and are 0 when it is used up. */
export function choices(numbers: readonly number[]): Choices {
  let next = 0;
  return (count) => {
    const number = numbers[next++] ?? 0;
    return count <= 1 ? 0 : number % count;
  };
}
