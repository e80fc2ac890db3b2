// Templates as cards: one click fills the form, the next one saves.
import { Badge, Card, Group, SimpleGrid, Stack, Text, UnstyledButton } from '@mantine/core';
import type { Template } from './policy-form.tsx';

type PickerProps = { readonly templates: readonly Template[]; readonly onPick: (template: Template) => void };

export function TemplatePicker({ templates, onPick }: PickerProps) {
  return (
    <Stack gap="xs">
      <Text fw={600}>Start from a template, or fill in the form below</Text>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="xs">
        {templates.map((template) => (
          <UnstyledButton key={template.id} onClick={() => onPick(template)}>
            <Card withBorder padding="sm" h="100%">
              <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
                <Text size="sm" fw={600}>
                  {template.title}
                </Text>
                <Badge variant="light" size="sm" miw="max-content">
                  {template.policy.kind === 'AccessPolicy' ? 'Access' : 'Session'}
                </Badge>
              </Group>
              <Text size="xs">{template.description}</Text>
            </Card>
          </UnstyledButton>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
