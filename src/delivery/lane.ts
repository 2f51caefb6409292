import type { Delivery } from './delivery.ts';

/** The in-memory queue of one webhook: its order and what of it is in flight. */
export class Lane {
  readonly webhookId: number;
  readonly queue: Delivery[] = [];
  inFlight = 0;
  /** Whether it stands in line for a slot. */
  ready = false;
  /** Deliveries on their way to the table, not yet committed. */
  spilling = 0;
  /**
   * Deliveries that have not been tried wait in the table: what comes new goes there too, so that first attempts keep
   * their order (DEL-10).
   */
  behind = false;
  /** Rows of the table that are in the queue or in flight. */
  readonly loaded = new Set<number>();

  constructor(webhookId: number) {
    this.webhookId = webhookId;
  }

  get idle(): boolean {
    return (
      this.queue.length === 0 && this.inFlight === 0 && this.spilling === 0 && !this.behind && this.loaded.size === 0
    );
  }
}
