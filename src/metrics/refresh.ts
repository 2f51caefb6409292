/** Sets the gauges of one group to how things are now; runs before each scrape. */
export type Refresh = () => void | Promise<void>;
