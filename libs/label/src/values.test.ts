import { expect, it } from 'vitest';
import { labelValues } from './values.ts';

it('gives names and GUIDs once each', () => {
  const labels = [
    { id: 'l1', siteId: 's', name: 'Secret' },
    { id: 'l2', siteId: 's' },
  ];
  expect(labelValues({ state: 'labelled', labels })).toEqual(['Secret', 'l1', 's', 'l2']);
});

it('says unreadable when the labels are not known', () => {
  expect(labelValues({ state: 'none', labels: [] })).toEqual([]);
  expect(labelValues({ state: 'unreadable', labels: [] })).toEqual(['unreadable']);
  expect(labelValues({ state: 'protected', labels: [] })).toEqual(['unreadable']);
  expect(labelValues({ state: 'protected', labels: [{ id: 'l1' }] })).toEqual(['l1']);
});
