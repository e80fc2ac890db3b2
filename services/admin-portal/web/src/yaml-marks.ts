// Mistakes on their line of a YAML editor.
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorView } from '@uiw/react-codemirror';
import type { FieldError } from './api.ts';

/** Gutter signs, and a line under what is wrong; colour is never the only sign. */
export const problemMarks = [
  lintGutter(),
  EditorView.theme({ '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy red' } }),
];

/** From the place of an error to the end of its line. Lines beyond the text count as its last one. */
export function diagnosticOf(error: FieldError, text: { readonly lines: number; line(at: number): Line }): Diagnostic {
  const line = text.line(Math.min(Math.max(error.line ?? 1, 1), text.lines));
  const from = Math.min(line.from + Math.max((error.column ?? 1) - 1, 0), line.to);
  const message =
    error.permitted === undefined ? error.message : `${error.message} (one of: ${error.permitted.join(', ')})`;
  return { from, to: Math.max(line.to, from), severity: 'error', message };
}

type Line = { readonly from: number; readonly to: number };

export function markErrors(view: EditorView, errors: readonly FieldError[]): void {
  view.dispatch(
    setDiagnostics(
      view.state,
      errors.map((error) => diagnosticOf(error, view.state.doc)),
    ),
  );
}
