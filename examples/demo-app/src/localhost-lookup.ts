// Browsers resolve *.localhost to loopback (RFC 6761, 6.3); Node asks the system resolver, which often does not.
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** A `lookup` for sockets: `localhost` and `*.localhost` are 127.0.0.1, everything else asks the system. */
export const localhostLookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== 'localhost' && !hostname.endsWith('.localhost')) {
    systemLookup(hostname, options, callback);
  } else if (options.all) {
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  } else {
    callback(null, '127.0.0.1', 4);
  }
};
