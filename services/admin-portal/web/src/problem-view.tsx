// How refused requests show: at their field (focused), and as one list that hides nothing.
import { Alert, Button, Group, List, Loader, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { type FieldError, type Problem, problemFrom } from './api.ts';

/** Message for the input of `field`, with the permitted values; undefined when the field is fine. */
export function errorAt(problem: Problem | undefined, field: string): string | undefined {
  const found = (problem?.errors ?? []).filter((error) => error.field === field);
  if (found.length === 0) return undefined;
  return found
    .map(({ message, permitted }) =>
      permitted === undefined || permitted.length === 0 ? message : `${message} (one of: ${permitted.join(', ')})`,
    )
    .join('; ');
}

/** First error at the field or anywhere inside it: for inputs that edit a whole list. */
export function errorWithin(problem: Problem | undefined, field: string): string | undefined {
  const inside = (problem?.errors ?? []).filter(
    (error) => error.field === field || error.field.startsWith(`${field}[`) || error.field.startsWith(`${field}.`),
  );
  return inside.length === 0 ? undefined : inside.map(({ message }) => message).join('; ');
}

/** The input of a field, or of the nearest thing around it: `alerts.email[1]` is shown by `alerts.email`. */
export function inputOf(root: ParentNode, field: string): HTMLElement | undefined {
  let path = field;
  while (path !== '') {
    const found = root.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"]`);
    if (found !== null) return found.matches('input,textarea,select') ? found : firstInput(found);
    const cut = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
    path = cut < 0 ? '' : path.slice(0, cut);
  }
  return undefined;
}

function firstInput(element: HTMLElement): HTMLElement {
  return element.querySelector<HTMLElement>('input,textarea,select,button') ?? element;
}

export function useFocusOnError(problem: Problem | undefined): void {
  useEffect(() => {
    for (const { field } of problem?.errors ?? []) {
      const input = inputOf(document, field);
      if (input === undefined) continue;
      input.focus();
      return;
    }
  }, [problem]);
}

function FieldErrors({ errors }: { readonly errors: readonly FieldError[] }) {
  return (
    <List size="sm">
      {errors.map((error) => (
        <List.Item key={`${error.field} ${error.message}`}>
          <b>{error.field === '' ? 'object' : error.field}</b>: {error.message}
        </List.Item>
      ))}
    </List>
  );
}

type ProblemViewProps = {
  readonly problem: Problem | undefined;
  readonly onReload?: () => void;
  readonly onOverwrite?: () => void;
};

export function ProblemView({ problem, onReload, onOverwrite }: ProblemViewProps) {
  if (problem === undefined) return null;
  const conflict = problem.code === 'STALE_VERSION';
  return (
    <Alert role="alert" color="red" icon={<CircleAlert size={18} />} title={problem.title}>
      {problem.detail !== undefined && <Text size="sm">{problem.detail}</Text>}
      {problem.errors !== undefined && <FieldErrors errors={problem.errors} />}
      {problem.usedBy !== undefined && (
        <Text size="sm">Used by: {problem.usedBy.map(({ type, name }) => `${type} “${name}”`).join(', ')}</Text>
      )}
      {conflict && (
        <>
          <Text size="sm">
            Someone else saved this while you were editing. Nothing of yours was stored. Reload to see their version, or
            overwrite it with yours.
          </Text>
          <Group mt="xs">
            {onReload !== undefined && (
              <Button size="xs" onClick={onReload}>
                Reload
              </Button>
            )}
            {onOverwrite !== undefined && (
              <Button size="xs" variant="outline" color="red" onClick={onOverwrite}>
                Overwrite
              </Button>
            )}
          </Group>
        </>
      )}
    </Alert>
  );
}

type LoadedProps<T> = {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
};

export function Loaded<T>({ query, children }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isPending) return <Loader aria-label="Loading" />;
  return (
    <>
      <ProblemView problem={problemFrom(query.error)} />
      <Button mt="sm" onClick={() => query.refetch()}>
        Try again
      </Button>
    </>
  );
}
