// Editing one object of a collection: loaded, saved against its version, deleted when nothing uses it.
import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { api, type Problem, problemFrom, type Stored } from './api.ts';
import { InUseDialog } from './in-use-dialog.tsx';
import { Loaded, ProblemView, useFocusOnError } from './problem-view.tsx';
import { Link, navigate, setUnsaved } from './router.tsx';
import { ConfirmButton, Screen, saved, undoable } from './screen.tsx';

export type FieldsProps<T> = {
  readonly value: T;
  readonly isNew: boolean;
  readonly problem: Problem | undefined;
  readonly onChange: (value: T) => void;
};

type EditorProps<T> = {
  readonly id: string;
  readonly collection: string;
  readonly list: string;
  readonly noun: string;
  readonly empty: T;
  readonly children: (props: FieldsProps<T>) => ReactNode;
};

export function ObjectEditor<T extends { readonly id: string }>(props: EditorProps<T>) {
  const { id, collection } = props;
  const query = useQuery({
    queryKey: [collection, 'one', id],
    queryFn: () => (id === 'new' ? null : api<Stored<T>>('GET', `/${collection}/${encodeURIComponent(id)}`)),
    refetchOnWindowFocus: false,
    gcTime: 0,
  });
  return (
    <Loaded query={query}>
      {(stored) => (
        <Form {...props} key={stored?.version ?? 0} stored={stored ?? undefined} onReload={() => query.refetch()} />
      )}
    </Loaded>
  );
}

type FormProps<T> = EditorProps<T> & { readonly stored: Stored<T> | undefined; readonly onReload: () => void };

type SaveOptions = { readonly overwrite?: boolean; readonly force?: boolean };

const withForce = (path: string, force: boolean) => (force ? `${path}?force=true` : path);

function useChanges<T extends { readonly id: string }>({ collection, list, noun, stored }: FormProps<T>, draft: T) {
  const client = useQueryClient();
  const done = async () => {
    setUnsaved(false);
    await client.invalidateQueries({ queryKey: [collection] });
  };
  // The server makes the id when it is left out.
  const body = stored === undefined && draft.id === '' ? { ...draft, id: undefined } : draft;
  const path = `/${collection}/${encodeURIComponent(draft.id)}`;
  const save = useMutation({
    mutationFn: ({ overwrite = false, force = false }: SaveOptions) =>
      stored === undefined
        ? api<Stored<T>>('POST', `/${collection}`, { body })
        : api<Stored<T>>('PUT', withForce(path, force), { body, version: overwrite ? '*' : stored.version }),
    onSuccess: async () => {
      await done();
      saved(`The ${noun} was saved.`);
      if (stored === undefined) navigate(list);
    },
  });
  const remove = useMutation({
    mutationFn: (force: boolean) => api('DELETE', withForce(path, force), { version: stored?.version ?? '*' }),
    onSuccess: async () => {
      setUnsaved(false);
      navigate(list);
      await done();
      undoable(`The ${noun} was deleted.`, () => {
        api('POST', `/${collection}`, { body: stored?.value }).then(
          () => client.invalidateQueries({ queryKey: [collection] }),
          (error: unknown) => saved(`It could not be restored: ${problemFrom(error)?.title}`),
        );
      });
    },
  });
  return { save, remove };
}

function Form<T extends { readonly id: string }>(props: FormProps<T>) {
  const { list, noun, empty, stored, onReload, children } = props;
  const [draft, setDraft] = useState(stored?.value ?? empty);
  const { save, remove } = useChanges(props, draft);
  const problem = problemFrom(save.error ?? remove.error);
  useFocusOnError(problem);
  useEffect(() => () => setUnsaved(false), []);
  const forget = () => {
    save.reset();
    remove.reset();
  };
  const force = () => {
    const deleting = remove.error !== null;
    forget();
    if (deleting) remove.mutate(true);
    else save.mutate({ force: true });
  };
  const onChange = (value: T) => {
    setUnsaved(true);
    setDraft(value);
  };
  return (
    <Screen title={stored === undefined ? `New ${noun}` : `Edit ${noun}`}>
      <Link to={list}>Back to the list</Link>
      <ProblemView problem={problem} onReload={onReload} onOverwrite={() => save.mutate({ overwrite: true })} />
      <InUseDialog noun={noun} problem={problem} onClose={forget} onForce={force} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          remove.reset();
          save.mutate({});
        }}
        noValidate
      >
        <Stack maw={720}>
          {children({ value: draft, isNew: stored === undefined, problem, onChange })}
          <Group>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
            {stored !== undefined && (
              <ConfirmButton
                label="Delete"
                question={`Delete this ${noun}?`}
                confirm={`Delete ${noun}`}
                onConfirm={() => {
                  save.reset();
                  remove.mutate(false);
                }}
              />
            )}
          </Group>
        </Stack>
      </form>
    </Screen>
  );
}
