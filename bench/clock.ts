/** Milliseconds on the monotonic clock of the machine: times taken in different processes can be compared. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
