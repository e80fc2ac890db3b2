// The policy editor in its order: name, template, severity, kind, control type, filters, inspection, action, alerts.

import type { App } from '@gatehouse/contracts/catalogue';
import type { AccessPolicy, Policy, SessionPolicy } from '@gatehouse/contracts/policy';
import { Alert, Fieldset, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import type { Problem, Vocabulary } from './api.ts';
import { FilterList } from './filter-list.tsx';
import { ActionSection, AlertSection, InspectionSection, UnscannableSection } from './policy-sections.tsx';
import { policySentence } from './policy-sentence.ts';
import { errorAt } from './problem-view.tsx';
import { TemplatePicker } from './template-picker.tsx';

export type Template = {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly policy: Policy;
};

const alertsOff: Policy['alerts'] = { enabled: false, dailyLimit: 5, email: [], sms: [], webhook: [] };
const unscannable: SessionPolicy['unscannable'] = {
  tooLarge: 'applyAction',
  encrypted: 'applyAction',
  timeout: 'applyAction',
  scannerDown: 'applyAction',
  corrupt: 'allowAndAlert',
  unsupportedType: 'allowAndAlert',
  labelerFailed: 'block',
};

export const emptyPolicy: SessionPolicy = {
  apiVersion: 'gatehouse/v1',
  kind: 'SessionPolicy',
  name: '',
  severity: 'medium',
  state: 'reportOnly',
  controlType: 'monitorAndControlDownload',
  activity: [{ field: 'activity.type', operator: 'equals', values: ['download'] }],
  files: [],
  action: { type: 'block' },
  unscannable,
  alerts: alertsOff,
};

/** What both kinds share stays; what the other kind cannot hold goes. */
export function asKind(policy: Policy, kind: Policy['kind']): Policy {
  if (policy.kind === kind) return policy;
  if (policy.kind === 'SessionPolicy') {
    const { controlType: _, files: __, inspection: ___, unscannable: ____, ...shared } = policy;
    const access: AccessPolicy = { ...shared, kind: 'AccessPolicy' };
    return access;
  }
  return { ...policy, kind: 'SessionPolicy', controlType: 'monitorAndControlDownload', files: [], unscannable };
}

function asControlType(policy: SessionPolicy, controlType: SessionPolicy['controlType']): SessionPolicy {
  if (controlType !== 'monitor') return { ...policy, controlType };
  const { inspection: _, ...rest } = policy;
  return { ...rest, controlType, files: [], action: { ...rest.action, type: 'allow' } };
}

type FormProps = {
  readonly policy: Policy;
  readonly vocabulary: Vocabulary;
  readonly apps: readonly App[];
  readonly templates: readonly Template[];
  /** Templates are offered before the first save only: they replace everything. */
  readonly isNew: boolean;
  readonly problem: Problem | undefined;
  readonly onChange: (policy: Policy) => void;
};

function withValues({ vocabulary, apps }: Pick<FormProps, 'vocabulary' | 'apps'>): Vocabulary['fields'] {
  const known: Record<string, readonly string[]> = {
    app: apps.map(({ id }) => id),
    'file.content': vocabulary.contentTypes.map(({ id }) => id),
    'file.label': vocabulary.labels.map(({ id }) => id),
  };
  return vocabulary.fields.map((field) => {
    const values = field.values ?? known[field.field];
    return values === undefined ? field : { ...field, values };
  });
}

function Head({ policy, isNew, templates, problem, onChange }: FormProps) {
  return (
    <>
      {isNew && <TemplatePicker templates={templates} onPick={(template) => onChange(template.policy)} />}
      <TextInput
        label="Name"
        data-field="name"
        error={errorAt(problem, 'name')}
        value={policy.name}
        onChange={(event) => onChange({ ...policy, name: event.currentTarget.value })}
      />
      <Group>
        <NativeSelect
          label="Severity"
          data-field="severity"
          error={errorAt(problem, 'severity')}
          data={['low', 'medium', 'high']}
          value={policy.severity}
          onChange={(event) => onChange({ ...policy, severity: event.currentTarget.value as Policy['severity'] })}
        />
        <NativeSelect
          label="State"
          data-field="state"
          data={[
            { value: 'enabled', label: 'Enabled' },
            { value: 'reportOnly', label: 'Report only' },
            { value: 'disabled', label: 'Disabled' },
          ]}
          value={policy.state}
          onChange={(event) => onChange({ ...policy, state: event.currentTarget.value as Policy['state'] })}
        />
        <NativeSelect
          label="Kind"
          data-field="kind"
          data={[
            { value: 'SessionPolicy', label: 'Session policy' },
            { value: 'AccessPolicy', label: 'Access policy' },
          ]}
          value={policy.kind}
          onChange={(event) => onChange(asKind(policy, event.currentTarget.value as Policy['kind']))}
        />
        {policy.kind === 'SessionPolicy' && (
          <NativeSelect
            label="Control type"
            data-field="controlType"
            error={errorAt(problem, 'controlType')}
            data={[
              { value: 'monitor', label: 'Monitor all activities' },
              { value: 'monitorAndControlDownload', label: 'Control download (server)' },
            ]}
            value={policy.controlType}
            onChange={(event) =>
              onChange(asControlType(policy, event.currentTarget.value as SessionPolicy['controlType']))
            }
          />
        )}
      </Group>
    </>
  );
}

export function PolicyForm(props: FormProps) {
  const { policy, vocabulary, problem, onChange } = props;
  const fields = withValues(props);
  const shared = { vocabulary, problem };
  const controls = policy.kind === 'SessionPolicy' && policy.controlType !== 'monitor';
  return (
    <Stack>
      <Alert color="blue" title="In one sentence">
        <Text size="sm" data-testid="sentence">
          {policySentence(policy)}
        </Text>
      </Alert>
      <Head {...props} />
      <Fieldset legend="Activities matching all of">
        <FilterList
          path="activity"
          label="Activity filter"
          filters={policy.activity}
          fields={fields.filter(({ accessPolicy }) => accessPolicy)}
          problem={problem}
          onChange={(activity) => onChange({ ...policy, activity })}
        />
      </Fieldset>
      {controls && (
        <>
          <Fieldset legend="Files matching all of">
            <FilterList
              path="files"
              label="File filter"
              filters={policy.files}
              fields={fields.filter(({ accessPolicy }) => !accessPolicy)}
              problem={problem}
              onChange={(files) => onChange({ ...policy, files })}
            />
          </Fieldset>
          <InspectionSection {...shared} policy={policy} onChange={onChange} />
        </>
      )}
      <ActionSection {...shared} policy={policy} onChange={onChange} />
      {controls && <UnscannableSection {...shared} policy={policy} onChange={onChange} />}
      <AlertSection {...shared} policy={policy} onChange={onChange} />
    </Stack>
  );
}
