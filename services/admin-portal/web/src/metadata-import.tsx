// SAML metadata by address or file: it fills the form, and says which element is wrong when it cannot.
import { Button, Fieldset, FileButton, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, problemFrom } from './api.ts';
import { errorWithin } from './problem-view.tsx';
import { saved } from './screen.tsx';

export type ReadMetadata = {
  readonly issuer: string;
  readonly saml: { readonly ssoUrl: string; readonly sloUrl?: string; readonly certificates: string[] };
};
type Source = { readonly url: string } | { readonly xml: string };

export function MetadataImport({ onRead }: { readonly onRead: (metadata: ReadMetadata) => void }) {
  const [url, setUrl] = useState('');
  const reading = useMutation({
    mutationFn: (body: Source) => api<ReadMetadata>('POST', '/identity-providers/metadata', { body }),
    onSuccess: (metadata) => {
      onRead(metadata);
      saved('The metadata was read into the form. Check it and save.');
    },
  });
  const problem = problemFrom(reading.error);
  return (
    <Fieldset legend="Import metadata">
      <Stack gap="xs">
        <TextInput
          label="Metadata address"
          placeholder="https://idp.example.com/metadata"
          data-field="metadata"
          error={errorWithin(problem, 'metadata') ?? (problem ? (problem.detail ?? problem.title) : undefined)}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Group>
          <Button
            variant="default"
            disabled={url === ''}
            loading={reading.isPending}
            onClick={() => reading.mutate({ url })}
          >
            Read from address
          </Button>
          <FileButton
            accept=".xml,application/xml,text/xml,application/samlmetadata+xml"
            onChange={(file) => void file?.text().then((xml) => reading.mutate({ xml }))}
          >
            {(props) => (
              <Button variant="default" {...props}>
                Read from file
              </Button>
            )}
          </FileButton>
        </Group>
      </Stack>
    </Fieldset>
  );
}
