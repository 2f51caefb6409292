import { answer, tell } from '../child.ts';
import { SlowDrip as Receivers } from '../slow-drip.ts';

const receivers = new Receivers();
receivers.onRequest = () => {
  if (receivers.requests === 1) tell('first request');
};

const commands = {
  listen: (count: number): Promise<string[]> => receivers.listen(count),
  requests: (): number => receivers.requests,
};
export type SlowDrip = typeof commands;

answer(commands);
