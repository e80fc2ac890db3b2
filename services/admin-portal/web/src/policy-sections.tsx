// The later parts of the policy editor: inspection, action, unscannable files, alerts.

import type { Inspection, Policy, SessionPolicy } from '@gatehouse/contracts/policy';
import {
  ActionIcon,
  Button,
  Checkbox,
  Fieldset,
  Group,
  NativeSelect,
  NumberInput,
  Paper,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
} from '@mantine/core';
import { X } from 'lucide-react';
import type { Problem, Vocabulary } from './api.ts';
import { errorAt, errorWithin } from './problem-view.tsx';

export type SectionProps<P extends Policy = Policy> = {
  readonly policy: P;
  readonly vocabulary: Vocabulary;
  readonly problem: Problem | undefined;
  readonly onChange: (policy: P) => void;
};

type TypeRow = Inspection['types'][number];

function without(policy: SessionPolicy): SessionPolicy {
  const { inspection: _, ...rest } = policy;
  return rest;
}

export function InspectionSection({ policy, vocabulary, problem, onChange }: SectionProps<SessionPolicy>) {
  const { inspection } = policy;
  const first = vocabulary.contentTypes[0]?.id ?? 'us-ssn';
  const set = (next: Inspection) => onChange({ ...policy, inspection: next });
  const toggle = (on: boolean) =>
    on
      ? set({
          source: 'content',
          match: 'any',
          types: [{ id: first, minInstances: 1, minConfidence: 75 }],
          exclude: [],
        })
      : onChange(without(policy));
  return (
    <Fieldset legend="Content inspection" data-field="inspection">
      <Stack gap="xs">
        <Switch
          label="Inspect content"
          checked={inspection !== undefined}
          onChange={(event) => toggle(event.currentTarget.checked)}
        />
        {inspection !== undefined && (
          <InspectionEditor inspection={inspection} vocabulary={vocabulary} problem={problem} onChange={set} />
        )}
      </Stack>
    </Fieldset>
  );
}

type InspectionEditorProps = {
  readonly inspection: Inspection;
  readonly vocabulary: Vocabulary;
  readonly problem: Problem | undefined;
  readonly onChange: (inspection: Inspection) => void;
};

function InspectionEditor({ inspection, vocabulary, problem, onChange }: InspectionEditorProps) {
  const { types } = inspection;
  const first = vocabulary.contentTypes[0]?.id ?? 'us-ssn';
  const setType = (at: number, next: TypeRow | undefined) =>
    onChange({
      ...inspection,
      types: types.flatMap((type, index) => (index !== at ? [type] : next === undefined ? [] : [next])),
    });
  return (
    <>
      <Group>
        <NativeSelect
          label="Look at"
          data-field="inspection.source"
          data={[
            { value: 'content', label: 'content and metadata' },
            { value: 'fileName', label: 'file name only' },
          ]}
          value={inspection.source}
          onChange={(event) => onChange({ ...inspection, source: event.currentTarget.value as Inspection['source'] })}
        />
        <NativeSelect
          label="Match"
          data={['any', 'all']}
          value={inspection.match}
          onChange={(event) => onChange({ ...inspection, match: event.currentTarget.value as Inspection['match'] })}
        />
      </Group>
      {types.map((type, index) => {
        const path = `inspection.types[${index}]`;
        return (
          <TypeEditor
            key={path}
            path={path}
            label={`Type ${index + 1}`}
            type={type}
            vocabulary={vocabulary}
            problem={problem}
            onChange={(next) => setType(index, next)}
          />
        );
      })}
      <Button
        size="xs"
        variant="default"
        w="fit-content"
        onClick={() =>
          onChange({ ...inspection, types: [...types, { id: first, minInstances: 1, minConfidence: 75 }] })
        }
      >
        Add information type
      </Button>
    </>
  );
}

type TypeEditorProps = {
  readonly type: TypeRow;
  readonly path: string;
  readonly label: string;
  readonly vocabulary: Vocabulary;
  readonly problem: Problem | undefined;
  readonly onChange: (type: TypeRow | undefined) => void;
};

function TypeEditor({ type, path, label, vocabulary, problem, onChange }: TypeEditorProps) {
  return (
    <Group align="flex-end" gap="xs" data-field={path}>
      <NativeSelect
        label={`${label}: what`}
        data-field={`${path}.id`}
        error={errorAt(problem, `${path}.id`) ?? errorAt(problem, path)}
        data={vocabulary.contentTypes.map(({ id, name }) => ({ value: id, label: name }))}
        value={type.id}
        onChange={(event) => onChange({ ...type, id: event.currentTarget.value })}
      />
      <NumberInput
        label={`${label}: minimum instances`}
        data-field={`${path}.minInstances`}
        error={errorAt(problem, `${path}.minInstances`)}
        min={1}
        value={type.minInstances}
        onChange={(value) => onChange({ ...type, minInstances: Number(value) })}
      />
      <NativeSelect
        label={`${label}: confidence`}
        data-field={`${path}.minConfidence`}
        error={errorAt(problem, `${path}.minConfidence`)}
        data={['65', '75', '85']}
        value={String(type.minConfidence)}
        onChange={(event) =>
          onChange({ ...type, minConfidence: Number(event.currentTarget.value) as TypeRow['minConfidence'] })
        }
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Remove ${label}`}
        onClick={() => onChange(undefined)}
      >
        <X size={16} />
      </ActionIcon>
    </Group>
  );
}

const sample: Record<string, string> = {
  '{appName}': 'Box',
  '{fileName}': 'Q3.xls',
  '{reference}': 'GH-7K3M-9QXT',
  '{userName}': 'ada@example.com',
};

/** The message as a user would read it. */
export function previewOf(message: string, policyName: string): string {
  const values: Record<string, string> = { ...sample, '{policyName}': policyName };
  return message.replace(/\{[a-zA-Z]+\}/g, (name) => (Object.hasOwn(values, name) ? (values[name] ?? name) : name));
}

const accessActions = ['block', 'allow'];
const sessionActions = ['block', 'stepUp', 'protect', 'coach', 'allow'];

function actionsFor(policy: Policy): string[] {
  if (policy.kind === 'AccessPolicy') return accessActions;
  return policy.controlType === 'monitor' ? ['allow'] : sessionActions;
}

export function ActionSection({ policy, vocabulary, problem, onChange }: SectionProps) {
  const { action } = policy;
  const set = (next: Policy['action']) => onChange({ ...policy, action: next });
  const setMessage = (message: string) => {
    const { message: _, ...rest } = action;
    set(message === '' ? rest : { ...rest, message });
  };
  return (
    <Fieldset legend="Action" data-field="action">
      <Stack gap="xs">
        <NativeSelect
          label="Action"
          data-field="action.type"
          error={errorAt(problem, 'action.type') ?? errorAt(problem, 'action')}
          data={[...new Set([...actionsFor(policy), action.type])]}
          value={action.type}
          onChange={(event) => set({ ...action, type: event.currentTarget.value as Policy['action']['type'] })}
        />
        {action.type === 'protect' && (
          <NativeSelect
            label="Sensitivity label"
            data-field="action.label"
            error={errorAt(problem, 'action.label')}
            data={['', ...vocabulary.labels.map(({ id }) => id)]}
            value={action.label ?? ''}
            onChange={(event) => set({ ...action, label: event.currentTarget.value })}
          />
        )}
        {action.type === 'coach' && (
          <Checkbox
            label="Require a justification"
            description="At least 10 characters; stands in the activity log"
            data-field="action.requireJustification"
            checked={action.requireJustification ?? false}
            onChange={(event) => set({ ...action, requireJustification: event.currentTarget.checked })}
          />
        )}
        {action.type === 'stepUp' && (
          <TagsInput
            label="Authentication context"
            description="One of these is asked for and must come back: acr or acrs of OpenID Connect, AuthnContextClassRef of SAML. It counts for 15 minutes."
            placeholder={action.authnContext?.length ? undefined : 'mfa'}
            data-field="action.authnContext"
            error={errorWithin(problem, 'action.authnContext')}
            acceptValueOnBlur
            value={action.authnContext ?? []}
            onChange={(authnContext) => set({ ...action, authnContext })}
          />
        )}
        <Textarea
          label="Message"
          description={`May hold ${vocabulary.placeholders.join(' ')}. Empty: the organisation's default.`}
          data-field="action.message"
          error={errorAt(problem, 'action.message')}
          autosize
          minRows={2}
          maxLength={2000}
          value={action.message ?? ''}
          onChange={(event) => setMessage(event.currentTarget.value)}
        />
        {action.message !== undefined && (
          <Paper withBorder p="xs">
            <Text size="xs" c="dimmed">
              Preview
            </Text>
            <Text size="sm">{previewOf(action.message, policy.name)}</Text>
          </Paper>
        )}
      </Stack>
    </Fieldset>
  );
}

const cells = [
  ['tooLarge', 'Too large'],
  ['encrypted', 'Encrypted'],
  ['timeout', 'Takes too long'],
  ['scannerDown', 'Scanner down'],
  ['corrupt', 'Corrupt'],
  ['unsupportedType', 'Unknown type'],
] as const;

export function UnscannableSection({ policy, problem, onChange }: SectionProps<SessionPolicy>) {
  return (
    <Fieldset legend="When content cannot be scanned" data-field="unscannable">
      <Group>
        {cells.map(([key, label]) => (
          <NativeSelect
            key={key}
            label={label}
            data-field={`unscannable.${key}`}
            error={errorAt(problem, `unscannable.${key}`)}
            data={[
              { value: 'applyAction', label: 'apply the action' },
              { value: 'block', label: 'block' },
              { value: 'allowAndAlert', label: 'allow and alert' },
            ]}
            value={policy.unscannable[key]}
            onChange={(event) =>
              onChange({ ...policy, unscannable: { ...policy.unscannable, [key]: event.currentTarget.value } })
            }
          />
        ))}
      </Group>
      <Text size="xs" mt="xs">
        A file that cannot be labelled is always blocked.
      </Text>
    </Fieldset>
  );
}

export function AlertSection({ policy, problem, onChange }: SectionProps) {
  const { alerts } = policy;
  const set = (next: Partial<Policy['alerts']>) => onChange({ ...policy, alerts: { ...alerts, ...next } });
  return (
    <Fieldset legend="Alerts" data-field="alerts">
      <Stack gap="xs">
        <Switch
          label="Alert for each match, at the policy's severity"
          data-field="alerts.enabled"
          checked={alerts.enabled}
          onChange={(event) => set({ enabled: event.currentTarget.checked })}
        />
        <NumberInput
          label="Daily limit"
          description="Per UTC day; further matches are counted, not sent."
          data-field="alerts.dailyLimit"
          error={errorAt(problem, 'alerts.dailyLimit')}
          min={1}
          max={1000}
          value={alerts.dailyLimit}
          onChange={(value) => set({ dailyLimit: Number(value) })}
        />
        <TagsInput
          label="E-mail recipients"
          data-field="alerts.email"
          error={errorWithin(problem, 'alerts.email')}
          acceptValueOnBlur
          value={alerts.email}
          onChange={(email) => set({ email })}
        />
        <TagsInput
          label="SMS recipients"
          description="With country code, like +12025550100"
          data-field="alerts.sms"
          error={errorWithin(problem, 'alerts.sms')}
          acceptValueOnBlur
          value={alerts.sms}
          onChange={(sms) => set({ sms })}
        />
      </Stack>
    </Fieldset>
  );
}
