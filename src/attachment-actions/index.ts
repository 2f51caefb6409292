export { submittedInputs } from './inputs.ts';
export { presentAction } from './present.ts';
