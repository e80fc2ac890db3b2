// Lets named users past Gatehouse for one app until a set time.

import type { Bypass } from '@gatehouse/contracts/catalogue';
import { Alert, Button, Group, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { AppSelect } from './app-select.tsx';
import { type FieldsProps, ObjectEditor } from './object-editor.tsx';
import { errorAt, errorWithin } from './problem-view.tsx';
import { useUrl } from './router.tsx';

const hour = 3_600_000;
const spans = [
  ['1 hour', hour],
  ['4 hours', 4 * hour],
  ['1 day', 24 * hour],
  ['7 days', 7 * 24 * hour - 60_000],
] as const;

const after = (ms: number) => new Date(Date.now() + ms).toISOString();

/** What `datetime-local` holds: local time without a zone. */
function localTime(iso: string): string {
  if (Number.isNaN(Date.parse(iso))) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function Until({ value, problem, onChange }: FieldsProps<Bypass>) {
  const set = (expiresAt: string) => onChange({ ...value, expiresAt });
  return (
    <div>
      <TextInput
        label="Until"
        description="Your local time, at most 7 days ahead. The bypass ends by itself."
        type="datetime-local"
        data-field="expiresAt"
        error={errorAt(problem, 'expiresAt')}
        value={localTime(value.expiresAt)}
        onChange={({ currentTarget: { value: text } }) => set(text === '' ? '' : new Date(text).toISOString())}
      />
      <Group gap={4} mt={6}>
        <Text size="sm">From now:</Text>
        {spans.map(([label, span]) => (
          <Button key={label} size="compact-xs" variant="default" onClick={() => set(after(span))}>
            {label}
          </Button>
        ))}
      </Group>
    </div>
  );
}

export function BypassEditor({ id }: { readonly id: string }) {
  const app = useUrl().searchParams.get('app') ?? '';
  const empty: Bypass = { id: '', app, users: [], reason: '', expiresAt: after(hour) };
  return (
    <ObjectEditor<Bypass> id={id} collection="bypasses" list="/apps" noun="bypass" empty={empty}>
      {(props) => {
        const { value, problem, onChange } = props;
        return (
          <>
            <Alert color="orange" variant="light">
              These users are sent to the real app. No policy applies to them there. Saving and every use are recorded
              and alert the organisation.
            </Alert>
            <AppSelect value={value.app} problem={problem} onChange={(chosen) => onChange({ ...value, app: chosen })} />
            <TagsInput
              label="Users"
              description="Sign-in names; a bypass has no groups"
              data-field="users"
              error={errorWithin(problem, 'users')}
              acceptValueOnBlur
              value={value.users}
              onChange={(users) => onChange({ ...value, users })}
            />
            <Textarea
              label="Reason"
              description="At least 10 characters; stands in the log and in alerts"
              data-field="reason"
              autosize
              minRows={2}
              error={errorAt(problem, 'reason')}
              value={value.reason}
              onChange={(event) => onChange({ ...value, reason: event.currentTarget.value })}
            />
            <Until {...props} />
          </>
        );
      }}
    </ObjectEditor>
  );
}
