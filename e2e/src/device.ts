// A managed device: a certificate in the browser, its authority with a revocation list that the test publishes.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Issued,
  issueCertificate,
  makeAuthority,
  makeRevocationList,
  type TestAuthority,
} from '@gatehouse/testkit/certificates';
import type { Browser, BrowserContext } from 'playwright-core';
import type { Portal } from './portal.ts';

export class DeviceFleet {
  private readonly authority: TestAuthority;
  private readonly server: Server;
  private list: Uint8Array;

  private constructor(authority: TestAuthority, list: Uint8Array) {
    this.authority = authority;
    this.list = list;
    this.server = createServer((_, response) => void response.end(this.list));
  }

  /** Makes an authority, serves its list and uploads it to the portal, which then requires the revocation check. */
  static async enrol(portal: Portal): Promise<DeviceFleet> {
    const authority = await makeAuthority('Acme devices');
    const fleet = new DeviceFleet(authority, await makeRevocationList(authority));
    await new Promise<void>((resolve) => fleet.server.listen(0, '127.0.0.1', resolve));
    const { port } = fleet.server.address() as AddressInfo;
    const answer = await portal.call('POST', '/device-authorities', {
      id: 'acme-devices',
      name: 'Acme devices',
      certificate: authority.pem,
      crlUrl: `http://crl.acme.localhost:${port}/devices.crl`,
      crlAllowPrivate: ['127.0.0.0/8'],
      requireRevocationCheck: true,
    });
    if (answer.status !== 201) throw new Error(`authority refused: ${JSON.stringify(answer.body)}`);
    return fleet;
  }

  issue(name: string): Promise<Issued> {
    return issueCertificate(this.authority, name);
  }

  /** Publishes a new list at the authority; the house learns of it by itself. */
  async revoke({ serial }: Issued): Promise<void> {
    this.list = await makeRevocationList(this.authority, { revoked: [serial], thisUpdate: new Date() });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** A fresh person at a device; without a certificate it shows none. The local CA is not installed in the browser. */
export function personAt(
  browser: Browser,
  deviceOrigin: string,
  device?: Issued & { readonly proxy: string },
): Promise<BrowserContext> {
  const certificate = device && {
    origin: deviceOrigin,
    cert: Buffer.from(device.pem),
    key: Buffer.from(device.keyPem),
  };
  return browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 860 },
    ignoreHTTPSErrors: true,
    ...(certificate ? { clientCertificates: [certificate], proxy: { server: device.proxy } } : {}),
  });
}
