// A text of an object, with its own error.

import { TextInput } from '@mantine/core';
import type { FieldsProps } from './object-editor.tsx';
import { errorAt } from './problem-view.tsx';

/** Names of an object's fields that always hold text. */
type TextKey<T> = { [K in keyof T]-?: T[K] extends string ? K : never }[keyof T] & string;

type Props<T> = Pick<FieldsProps<T>, 'value' | 'problem' | 'onChange'> & {
  readonly name: TextKey<T>;
  readonly label: string;
  readonly description?: string;
};

export function TextField<T>({ value, problem, onChange, name, label, description }: Props<T>) {
  return (
    <TextInput
      label={label}
      description={description}
      data-field={name}
      error={errorAt(problem, name)}
      value={String(value[name])}
      onChange={(event) => onChange({ ...value, [name]: event.currentTarget.value })}
    />
  );
}
