import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readLabels } from '../src/read.ts';

const read = (text: string | Uint8Array) =>
  readLabels(typeof text === 'string' ? strToU8(text) : text, { inflate: () => new Uint8Array() });
const id = '11111111-2222-4333-8444-555555555555';
const site = 'aaaaaaaa-0000-4000-8000-000000000001';

describe('mail', () => {
  it('reads msip_labels, folded inside the name', () => {
    const text = `From: a@acme.example\r\nmsip_labels: MSIP_Label_${id}_Enabled=True;MSIP_Label_${id}_SiteId=${site};\r\n MSIP_Label_${id}_Name=Highly\r\n Confidential;\r\n\r\nmsip_labels: none`;
    expect(read(text)).toEqual({ state: 'labelled', labels: [{ id, siteId: site, name: 'Highly Confidential' }] });
  });
  it('reads one header per attribute', () => {
    const text = `Subject: x\nMSIP_Label_${id}_Enabled: true\nMSIP_Label_${id}_SiteId: ${site}\n\nbody`;
    expect(read(text)).toEqual({ state: 'labelled', labels: [{ id, siteId: site }] });
  });
  it('takes nothing from the body and sees rights management', () => {
    expect(read(`Subject: x\n\nMSIP_Label_${id}_Enabled: true`)).toEqual({ state: 'none', labels: [] });
    expect(read('Subject: x\nContent-Type: application/x-microsoft-rpmsg-message\n\n').state).toBe('protected');
    expect(read(Buffer.from('76e80460c411e386', 'hex')).state).toBe('protected');
  });
});

it('reads TIFF', () => {
  const xmp = Buffer.from(
    `<a xmlns:p="urn:p"><p:MSIP_Label_${id}_Enabled>true</p:MSIP_Label_${id}_Enabled></a>`,
    'latin1',
  );
  const file = Buffer.alloc(26 + xmp.length);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(1, 8);
  file.writeUInt16LE(700, 10);
  file.writeUInt16LE(1, 12);
  file.writeUInt32LE(xmp.length, 14);
  file.writeUInt32LE(26, 18);
  xmp.copy(file, 26);
  expect(read(file)).toEqual({ state: 'labelled', labels: [{ id }] });
});
