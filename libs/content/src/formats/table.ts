// Column views of tables: the header counts as adjacent to every cell below it.
import type { Job, Piece } from '../format.ts';

const MAX_COLUMNS = 256;

/** Collects cells by column and emits each named column as one piece with its header. */
export function createColumns(job: Job, place: string) {
  const headers: string[] = [];
  const cells: string[][] = [];
  let rows = 0;
  return {
    row(values: readonly string[]) {
      const isHeader = rows++ === 0;
      for (let column = 0; column < Math.min(values.length, MAX_COLUMNS); column++) {
        const value = values[column] ?? '';
        if (isHeader) headers[column] = value;
        else if (value !== '') {
          cells[column] ??= [];
          cells[column]?.push(value);
        }
      }
    },
    end() {
      for (let column = 0; column < headers.length; column++) {
        const header = headers[column] ?? '';
        const values = cells[column];
        if (values === undefined || !/\p{L}/u.test(header)) continue;
        const piece: Piece = { place: `${place}${columnName(column)}`, text: values.join('\n'), header };
        job.emitView(piece);
      }
    },
  };
}

/** 0 → A, 26 → AA, as spreadsheets name them. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}
