import { decisionRequestSchema } from '@gatehouse/contracts/decision';
import { expect, test } from 'vitest';
import { emptyFields, fieldsOf, fieldsOfCase, requestOf } from './what-if-request.ts';

const whole = (request: ReturnType<typeof requestOf>) =>
  decisionRequestSchema.parse({
    ...request,
    decisionId: '018f5b4e-0000-7000-8000-000000000001',
    context: { ...request.context, time: '2026-01-05T10:00:00Z' },
  });

test('the form stands in the URL and asks for what it says', () => {
  const params = new URLSearchParams(
    'app=box&user=mia&groups=Marketing&groups=Sales&fileName=Q3.XLS&fileSize=10&findings=us-ssn&country=de',
  );
  const request = whole(requestOf(fieldsOf(params)));
  expect(request).toMatchObject({
    scope: 'session',
    subject: { id: 'mia', properties: { groups: ['Marketing', 'Sales'] } },
    context: { ip: '203.0.113.9', country: 'DE' },
  });
  expect(request.resource.properties.file).toMatchObject({
    extensions: ['xls'],
    size: { bytes: 10 },
    content: { state: 'known', matches: [{ type: 'us-ssn' }] },
    label: { state: 'known', labels: [] },
  });
});

test('a file that was not looked at stays open, a sign-in has none', () => {
  const open = whole(requestOf({ ...emptyFields, looked: 'open' })).resource.properties.file;
  expect([open?.content.state, open?.label.state, open?.size.state]).toEqual(['pending', 'pending', 'pending']);
  const login = whole(requestOf({ ...emptyFields, activity: 'login' }));
  expect([login.scope, login.resource.properties.file]).toEqual(['access', undefined]);
});

test('a recorded case fills the form', () => {
  const fields = { ...emptyFields, app: 'box', user: 'mia', fileName: 'a.txt', fileType: 'text', findings: ['iban'] };
  expect(fieldsOfCase(whole(requestOf(fields)))).toEqual(fields);
  const login = { ...emptyFields, activity: 'login', looked: 'open' as const };
  expect(fieldsOfCase(whole(requestOf(login)))).toEqual(login);
});
