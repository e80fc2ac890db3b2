// What ends a command: one line per problem, made for people and for editors (file:line:column).

export class CommandError extends Error {
  readonly lines: readonly string[];

  constructor(...lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'CommandError';
    this.lines = lines;
  }
}
