// Buttons for the chosen alerts, and the change they ask for.
import type { Alert } from '@gatehouse/contracts/queries';
import { Button, Group, Menu, Text } from '@mantine/core';

export type AlertChange = {
  readonly state?: Alert['state'];
  readonly resolution?: NonNullable<Alert['resolution']>;
  readonly snoozedUntil?: string;
  readonly assignee?: string | null;
  readonly comment?: string;
};

const resolutions = { truePositive: 'true positive', falsePositive: 'false positive', benign: 'benign' } as const;
const lengths = [
  [1, '1 hour'],
  [4, '4 hours'],
  [24, '1 day'],
  [168, '1 week'],
] as const;

/** `closed as benign`, `snoozed until 3/1/2026, 2:00 PM`. */
export function stateText(alert: Pick<Alert, 'state' | 'resolution' | 'snoozedUntil'>): string {
  if (alert.state === 'closed' && alert.resolution !== undefined) return `closed as ${resolutions[alert.resolution]}`;
  if (alert.state === 'snoozed' && alert.snoozedUntil !== undefined) {
    return `snoozed until ${new Date(alert.snoozedUntil).toLocaleString()}`;
  }
  return alert.state;
}

type Choice = { readonly key: string; readonly label: string; readonly change: () => AlertChange };

const snoozes: readonly Choice[] = lengths.map(([hours, label]) => ({
  key: String(hours),
  label: `for ${label}`,
  change: () => ({ state: 'snoozed', snoozedUntil: new Date(Date.now() + hours * 3_600_000).toISOString() }),
}));
const closings: readonly Choice[] = Object.entries(resolutions).map(([resolution, label]) => ({
  key: resolution,
  label: `as ${label}`,
  change: () => ({ state: 'closed', resolution: resolution as keyof typeof resolutions }),
}));

type Props = {
  readonly count: number;
  readonly me: string;
  readonly onChange: (change: AlertChange) => void;
};

function Choices({ label, choices, props }: { label: string; choices: readonly Choice[]; props: Props }) {
  return (
    <Menu withinPortal={false}>
      <Menu.Target>
        <Button size="xs" variant="default" disabled={props.count === 0}>
          {label} …
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(({ key, label: text, change }) => (
          <Menu.Item key={key} onClick={() => props.onChange(change())}>
            {text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function AlertActions(props: Props) {
  const { count, me, onChange } = props;
  const simple = [
    ['Acknowledge', { state: 'acknowledged' }],
    ['Reopen', { state: 'open' }],
    ['Assign to me', { assignee: me }],
  ] as const;
  return (
    <Group gap="xs" role="toolbar" aria-label="Change the chosen alerts">
      <Text size="sm">{count === 0 ? 'Choose alerts to change them' : `${count} chosen`}</Text>
      {simple.map(([label, change]) => (
        <Button key={label} size="xs" variant="default" disabled={count === 0} onClick={() => onChange(change)}>
          {label}
        </Button>
      ))}
      <Choices label="Snooze" choices={snoozes} props={props} />
      <Choices label="Close" choices={closings} props={props} />
    </Group>
  );
}
