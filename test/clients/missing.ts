/** A client that this machine cannot have: its tests are skipped, and the run says why. */
export interface Missing {
  missing: string;
  folder?: undefined;
}

export function missing(reason: string): Missing {
  process.stderr.write(`Tests of a client are skipped. ${reason}\n`);
  return { missing: reason };
}
