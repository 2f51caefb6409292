import type { Clock, Timer } from '../core/clock.ts';

/** Wakes somebody who waits for news. A ring that comes while nobody waits is heard at the next wait. */
export class Bell {
  #rung = false;
  #wake: () => void = () => {};

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  async heard(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#rung = false;
  }
}

/** Rings a bell when a time has passed. */
export class Alarm {
  readonly #timer: Timer;
  #over = false;

  constructor(clock: Clock, delayMs: number, bell: Bell) {
    this.#timer = clock.setTimer(delayMs, () => {
      this.#over = true;
      bell.ring();
    });
  }

  get over(): boolean {
    return this.#over;
  }

  cancel(): void {
    this.#timer.cancel();
  }
}
