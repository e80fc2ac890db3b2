/** Why the world cannot start, in words for whoever started it: shown without a stack. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
}
