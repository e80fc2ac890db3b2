// A named set of addresses that policies can speak of.

import type { IpRange } from '@gatehouse/contracts/catalogue';
import { NativeSelect, TagsInput, TextInput } from '@mantine/core';
import { ObjectEditor } from './object-editor.tsx';
import { errorAt, errorWithin } from './problem-view.tsx';
import { TextField } from './text-field.tsx';

const empty: IpRange = { id: '', name: '', cidrs: [], category: 'other', tags: [] };
const categories = ['corporate', 'administrative', 'risky', 'vpn', 'cloudProvider', 'other'];

function withText(range: IpRange, key: 'isp' | 'country', text: string): IpRange {
  const { [key]: _, ...rest } = range;
  return (text === '' ? rest : { ...rest, [key]: text }) as IpRange;
}

export function IpRangeEditor({ id }: { readonly id: string }) {
  return (
    <ObjectEditor<IpRange> id={id} collection="ip-ranges" list="/ip-ranges" noun="IP range" empty={empty}>
      {({ value, problem, onChange }) => (
        <>
          <TextField value={value} problem={problem} onChange={onChange} name="name" label="Name" />
          <TagsInput
            label="Ranges"
            description="IPv4 or IPv6, like 10.1.0.0/16"
            data-field="cidrs"
            error={errorWithin(problem, 'cidrs')}
            acceptValueOnBlur
            value={value.cidrs}
            onChange={(cidrs) => onChange({ ...value, cidrs })}
          />
          <NativeSelect
            label="Category"
            data={categories}
            value={value.category}
            onChange={(event) => onChange({ ...value, category: event.currentTarget.value as IpRange['category'] })}
          />
          <TagsInput
            label="Tags"
            data-field="tags"
            error={errorWithin(problem, 'tags')}
            acceptValueOnBlur
            value={value.tags}
            onChange={(tags) => onChange({ ...value, tags })}
          />
          <TextInput
            label="Internet provider"
            value={value.isp ?? ''}
            onChange={(event) => onChange(withText(value, 'isp', event.currentTarget.value))}
          />
          <TextInput
            label="Country"
            description="Two letters, like DE; overrides what the address says"
            data-field="country"
            error={errorAt(problem, 'country')}
            value={value.country ?? ''}
            onChange={(event) => onChange(withText(value, 'country', event.currentTarget.value.toUpperCase()))}
          />
        </>
      )}
    </ObjectEditor>
  );
}
