// The same policy as text.

import type { Policy } from '@gatehouse/contracts/policy';
import { policyToYaml } from '@gatehouse/policy/yaml';
import { Button, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Problem } from './api.ts';
import { errorAt } from './problem-view.tsx';
import { setUnsaved } from './router.tsx';

type YamlProps = {
  readonly policy: Policy;
  readonly problem: Problem | undefined;
  readonly busy: boolean;
  readonly onSave: (yaml: string) => void;
};

export function PolicyYaml({ policy, problem, busy, onSave }: YamlProps) {
  const [text, setText] = useState(() => policyToYaml(policy));
  return (
    <Stack align="flex-start">
      <Textarea
        label="YAML"
        w="100%"
        data-field="yaml"
        error={errorAt(problem, 'yaml')}
        autosize
        minRows={16}
        styles={{ input: { fontFamily: 'monospace' } }}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setUnsaved(true);
          setText(event.currentTarget.value);
        }}
      />
      <Button loading={busy} onClick={() => onSave(text)}>
        Save
      </Button>
    </Stack>
  );
}
