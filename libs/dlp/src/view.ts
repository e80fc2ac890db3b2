// A changed copy of a text that still knows where each of its characters stood.

export type View = {
  readonly text: string;
  /** Original start of the character at `index`. */
  startOf(index: number): number;
  /** Original end of the character before `index`. */
  endOf(index: number): number;
};

export type ViewBuilder = {
  /** Adds text that stands for `[start, end)` of the original: one span for all its characters. */
  put(text: string, start: number, end: number): void;
  /** Adds `[start, end)` of the original as it is. */
  keep(start: number, end: number): void;
  end(): View;
};

/** Segments, not characters: a megabyte with one change costs three entries. */
export function createView(original: string): ViewBuilder {
  const parts: string[] = [];
  const at: number[] = [];
  const starts: number[] = [];
  /** -1 marks a kept segment, in which offsets run along. */
  const ends: number[] = [];
  let length = 0;
  const add = (text: string, start: number, end: number) => {
    if (text === '') return;
    parts.push(text);
    at.push(length);
    starts.push(start);
    ends.push(end);
    length += text.length;
  };
  return {
    put: add,
    keep: (start, end) => add(original.slice(start, end), start, -1),
    end: () => ({
      text: parts.join(''),
      startOf(index) {
        const segment = find(at, index);
        return (starts[segment] ?? 0) + (ends[segment] === -1 ? index - (at[segment] ?? 0) : 0);
      },
      endOf(index) {
        const segment = find(at, index - 1);
        const end = ends[segment] ?? 0;
        return end === -1 ? (starts[segment] ?? 0) + index - (at[segment] ?? 0) : end;
      },
    }),
  };
}

/** The last segment that begins at or before `index`. */
function find(at: readonly number[], index: number): number {
  let low = 0;
  let high = at.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((at[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A view of a view, in terms of the first original. */
export function composeViews(outer: View, inner: View): View {
  return {
    text: inner.text,
    startOf: (index) => outer.startOf(inner.startOf(index)),
    endOf: (index) => outer.endOf(inner.endOf(index)),
  };
}
