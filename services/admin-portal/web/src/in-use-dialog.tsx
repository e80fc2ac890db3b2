// A refused delete: who uses the object, and what forcing it would mean.
import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import type { Problem, Reference } from './api.ts';
import { Link } from './router.tsx';

type DialogProps = {
  readonly noun: string;
  readonly problem: Problem | undefined;
  readonly onClose: () => void;
  readonly onForce: () => void;
};

const places: Readonly<Record<string, string>> = { policy: '/policies', assignment: '/assignments' };

function User({ user: { type, id, name } }: { readonly user: Reference }) {
  const place = places[type];
  return (
    <List.Item>
      {type} {place === undefined ? <b>{name}</b> : <Link to={`${place}/${encodeURIComponent(id)}`}>{name}</Link>}
    </List.Item>
  );
}

export function InUseDialog({ noun, problem, onClose, onForce }: DialogProps) {
  const usedBy = problem?.code === 'IN_USE' ? (problem.usedBy ?? []) : [];
  return (
    <Modal
      opened={usedBy.length > 0}
      onClose={onClose}
      title={`This ${noun} is still in use`}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close dialog' }}
    >
      <Stack>
        <List size="sm">
          {usedBy.map((user) => (
            <User key={`${user.type} ${user.id}`} user={user} />
          ))}
        </List>
        <Text size="sm">
          Change these first. If you go on now, the policies stay enabled and <b>fail closed</b>: what they can no
          longer judge counts as hit. Assignments of an app go with it.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button color="red" onClick={onForce}>
            Go on, let policies fail closed
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
