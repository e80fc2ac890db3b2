// Filter rows of a policy: AND between rows, OR among values, groups inside groups.

import type { Filter, FilterRow, Operator } from '@gatehouse/contracts/policy';
import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, TagsInput, Text } from '@mantine/core';
import { X } from 'lucide-react';
import type { Problem, VocabularyField } from './api.ts';
import { errorAt, errorWithin } from './problem-view.tsx';

const operatorWords: Record<Operator, string> = {
  equals: 'equals',
  doesNotEqual: 'does not equal',
  contains: 'contains',
  doesNotContain: 'does not contain',
  startsWith: 'starts with',
  endsWith: 'ends with',
  inRange: 'in range',
  greaterThan: 'greater than',
  lessThan: 'less than',
  isSet: 'is set',
  isNotSet: 'is not set',
};

export function operatorWord(operator: string): string {
  return operatorWords[operator as Operator] ?? operator;
}

type Shared = {
  readonly path: string;
  readonly fields: readonly VocabularyField[];
  readonly problem: Problem | undefined;
};

type RowProps = Shared & {
  readonly row: FilterRow;
  readonly label: string;
  readonly onChange: (row: FilterRow) => void;
  readonly onRemove: () => void;
};

const isNegative = (operator: Operator) => operator === 'doesNotEqual' || operator === 'doesNotContain';
const takesNoValue = (operator: Operator) => operator === 'isSet' || operator === 'isNotSet';

/** What was typed, as the kind of value the field holds: `file.typeMismatch` and `file.malware` are booleans. */
export function typedValues(field: string, texts: readonly string[]): FilterRow['values'] {
  const boolean = field === 'file.typeMismatch' || field === 'file.malware';
  return texts.map((text) => (boolean && (text === 'true' || text === 'false') ? text === 'true' : text));
}

export function FilterRowEditor({ row, label, path, fields, problem, onChange, onRemove }: RowProps) {
  const field = fields.find((one) => one.field === row.field);
  const names = fields.map((one) => one.field);
  const changeField = (name: string) => {
    const operator = (fields.find((one) => one.field === name)?.operators[0] ?? 'equals') as Operator;
    onChange({ field: name, operator, values: [] });
  };
  return (
    <Stack gap={4} data-field={path}>
      <Group align="flex-start" gap="xs">
        <NativeSelect
          aria-label={`${label} field`}
          data-field={`${path}.field`}
          error={errorAt(problem, `${path}.field`) ?? errorAt(problem, path)}
          data={names.includes(row.field) ? names : [row.field, ...names]}
          value={row.field}
          onChange={(event) => changeField(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label={`${label} operator`}
          data-field={`${path}.operator`}
          error={errorAt(problem, `${path}.operator`)}
          data={[...new Set([...(field?.operators ?? []), row.operator])].map((value) => ({
            value,
            label: operatorWord(value),
          }))}
          value={row.operator}
          onChange={(event) => {
            const operator = event.currentTarget.value as Operator;
            onChange({ ...row, operator, values: takesNoValue(operator) ? [] : row.values });
          }}
        />
        {!takesNoValue(row.operator) && (
          <TagsInput
            aria-label={`${label} values`}
            data-field={`${path}.values`}
            error={errorWithin(problem, `${path}.values`)}
            placeholder={field?.hint ?? 'value, Enter'}
            data={[...(field?.values ?? [])]}
            value={row.values.map(String)}
            onChange={(values) => onChange({ ...row, values: typedValues(row.field, values) })}
            acceptValueOnBlur
            flex={1}
            miw={200}
          />
        )}
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Remove ${label}`} onClick={onRemove}>
          <X size={16} />
        </ActionIcon>
      </Group>
      {isNegative(row.operator) && (
        <Text size="xs" c="dimmed">
          Also matches when {row.field} is missing. Add a row “{row.field} is set” to leave that out.
        </Text>
      )}
    </Stack>
  );
}

type GroupKind = 'any' | 'all' | 'not';
const emptyRow = (fields: readonly VocabularyField[]): FilterRow => ({
  field: fields[0]?.field ?? 'app',
  operator: (fields[0]?.operators[0] ?? 'equals') as Operator,
  values: [],
});

function groupOf(filter: Exclude<Filter, FilterRow>): { kind: GroupKind; inside: readonly Filter[] } {
  if ('any' in filter) return { kind: 'any', inside: filter.any };
  if ('all' in filter) return { kind: 'all', inside: filter.all };
  return { kind: 'not', inside: [filter.not] };
}

/** `not` holds one filter; what stood beside it moves into an `all` below it. */
function group(kind: GroupKind, inside: readonly Filter[]): Filter | undefined {
  const [first, ...others] = inside;
  if (first === undefined) return undefined;
  if (kind === 'any') return { any: inside };
  if (kind === 'all') return { all: inside };
  return { not: others.length === 0 ? first : { all: inside } };
}

type OneProps = Shared & {
  readonly filter: Filter;
  readonly label: string;
  readonly onChange: (filter: Filter | undefined) => void;
};

function OneFilter({ filter, label, onChange, ...shared }: OneProps) {
  if ('field' in filter) {
    return (
      <FilterRowEditor
        {...shared}
        row={filter}
        label={label}
        onChange={onChange}
        onRemove={() => onChange(undefined)}
      />
    );
  }
  const { kind, inside } = groupOf(filter);
  return (
    <Fieldset legend={`${label} group`}>
      <Stack gap="xs">
        <NativeSelect
          aria-label={`${label} group kind`}
          data={[
            { value: 'any', label: 'any of' },
            { value: 'all', label: 'all of' },
            { value: 'not', label: 'not' },
          ]}
          value={kind}
          onChange={(event) => onChange(group(event.currentTarget.value as GroupKind, inside))}
          w={140}
        />
        <FilterList
          {...shared}
          path={kind === 'not' ? `${shared.path}.not` : `${shared.path}.${kind}`}
          single={kind === 'not'}
          label={label}
          filters={inside}
          onChange={(next) => onChange(group(kind, next))}
        />
      </Stack>
    </Fieldset>
  );
}

type ListProps = Shared & {
  readonly filters: readonly Filter[];
  readonly label: string;
  readonly single?: boolean;
  readonly onChange: (filters: Filter[]) => void;
};

export function FilterList({ filters, label, single = false, onChange, path, fields, problem }: ListProps) {
  const change = (at: number, next: Filter | undefined) =>
    onChange(filters.flatMap((filter, index) => (index !== at ? [filter] : next === undefined ? [] : [next])));
  return (
    <Stack gap="xs" data-field={path}>
      {filters.map((filter, index) => {
        const at = single ? path : `${path}[${index}]`;
        return (
          <OneFilter
            key={at}
            path={at}
            label={`${label} ${index + 1}`}
            filter={filter}
            fields={fields}
            problem={problem}
            onChange={(next) => change(index, next)}
          />
        );
      })}
      {!single && (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => onChange([...filters, emptyRow(fields)])}>
            Add {label.toLowerCase()}
          </Button>
          <Button size="xs" variant="subtle" onClick={() => onChange([...filters, { any: [emptyRow(fields)] }])}>
            Add {label.toLowerCase()} group
          </Button>
        </Group>
      )}
    </Stack>
  );
}
