// The same policy as text: every change is checked by the server, and what is right becomes the form's policy at once.

import { yaml as yamlLanguage } from '@codemirror/lang-yaml';
import type { LintFinding } from '@gatehouse/contracts/lint';
import type { Policy } from '@gatehouse/contracts/policy';
import { Alert, List, Stack, Text, useComputedColorScheme } from '@mantine/core';
import CodeMirror, { EditorView } from '@uiw/react-codemirror';
import { useEffect, useMemo, useRef } from 'react';
import { api, type FieldError } from './api.ts';
import { markErrors, problemMarks } from './yaml-marks.ts';

export type YamlDraft = { readonly text: string; readonly errors: readonly FieldError[] };

type Checked =
  | { readonly ok: true; readonly policy: Policy; readonly findings: readonly LintFinding[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

type YamlProps = {
  readonly draft: YamlDraft;
  /** Id of the policy being edited, whose own name is then no duplicate. */
  readonly id: string | undefined;
  readonly readOnly: boolean;
  readonly onChange: (draft: YamlDraft) => void;
  readonly onPolicy: (policy: Policy) => void;
};

const pauseMs = 300;
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

/** Checks the text after a pause; answers that were overtaken by typing are dropped. */
function useCheck({ draft, id, readOnly, onChange, onPolicy }: YamlProps) {
  const checked = useRef(draft.text);
  useEffect(() => {
    if (readOnly || checked.current === draft.text) return;
    let overtaken = false;
    const timer = setTimeout(() => {
      const query = id === undefined ? '' : `?id=${encodeURIComponent(id)}`;
      api<Checked>('POST', `/policies/validate${query}`, { yaml: draft.text }).then(
        (answer) => {
          if (overtaken) return;
          checked.current = draft.text;
          onChange({ text: draft.text, errors: answer.ok ? [] : answer.errors });
          if (answer.ok) onPolicy(answer.policy);
        },
        // Saving will say what is wrong with the connection.
        () => undefined,
      );
    }, pauseMs);
    return () => {
      overtaken = true;
      clearTimeout(timer);
    };
  }, [draft.text, id, readOnly, onChange, onPolicy]);
}

export function PolicyYaml(props: YamlProps) {
  const { draft, readOnly, onChange } = props;
  const scheme = useComputedColorScheme('light');
  useCheck(props);
  const extensions = useMemo(
    () => [
      yamlLanguage(),
      EditorView.lineWrapping,
      EditorView.cspNonce.of(nonce),
      EditorView.contentAttributes.of({ 'aria-label': 'Policy as YAML', 'data-field': 'yaml' }),
      problemMarks,
    ],
    [],
  );
  const view = useRef<EditorView | undefined>(undefined);
  useEffect(() => {
    if (view.current !== undefined) markErrors(view.current, draft.errors);
  }, [draft.errors]);
  return (
    <Stack>
      <CodeMirror
        value={draft.text}
        theme={scheme}
        readOnly={readOnly}
        extensions={extensions}
        // Tab leaves the editor: the keyboard must be able to.
        indentWithTab={false}
        minHeight="320px"
        onCreateEditor={(created) => {
          view.current = created;
          markErrors(created, draft.errors);
        }}
        onChange={(text) => onChange({ text, errors: draft.errors })}
      />
      <YamlErrors errors={draft.errors} />
    </Stack>
  );
}

function YamlErrors({ errors }: { readonly errors: readonly FieldError[] }) {
  return (
    <div aria-live="polite">
      {errors.length === 0 ? (
        <Text size="sm">No mistakes. The form shows the same policy.</Text>
      ) : (
        <Alert color="red" title="The form still shows the last version without mistakes">
          <List size="sm">
            {errors.map(({ field, line, column, message, permitted = [] }) => (
              <List.Item key={`${field} ${message}`}>
                {line !== undefined && `Line ${line}, `}
                {field !== '' && field !== 'yaml' && <b>{field}: </b>}
                {message.replace(`line ${line}, column ${column}: `, '')}
                {permitted.length > 0 && ` (one of: ${permitted.join(', ')})`}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </div>
  );
}
