// Parts that all screens are made of.
import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactNode, useState } from 'react';

type ScreenProps = { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode };

export function Screen({ title, actions, children }: ScreenProps) {
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h2">
          {title}
        </Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </Stack>
  );
}

export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <Stack align="center" py="xl" gap="sm">
      <Text>{children}</Text>
      {action}
    </Stack>
  );
}

export function Time({ at }: { readonly at: string | undefined }) {
  if (at === undefined) return <>–</>;
  return (
    <time dateTime={at} title={at}>
      {new Date(at).toLocaleString()}
    </time>
  );
}

export function saved(message: string): void {
  notifications.show({ message, color: 'green', closeButtonProps: { 'aria-label': 'Close notification' } });
}

export function undoable(message: string, undo: () => void): void {
  const id = notifications.show({
    message: (
      <Group>
        {message}
        <Button
          size="xs"
          variant="outline"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          Undo
        </Button>
      </Group>
    ),
    autoClose: 10_000,
    closeButtonProps: { 'aria-label': 'Close notification' },
  });
}

type ConfirmProps = {
  readonly label: string;
  readonly ariaLabel?: string;
  readonly question: string;
  readonly confirm: string;
  readonly onConfirm: () => void;
};

/** A button that asks before it destroys. Scroll is not locked: the lock would inject a style without nonce. */
export function ConfirmButton({ label, ariaLabel, question, confirm, onConfirm }: ConfirmProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" variant="outline" color="red" aria-label={ariaLabel ?? label} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={question}
        lockScroll={false}
        closeButtonProps={{ 'aria-label': 'Close dialog' }}
      >
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setOpen(false)}>
            Cancel
          </Button>
          <Button
            color="red"
            onClick={() => {
              setOpen(false);
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
