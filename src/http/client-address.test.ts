import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  // Some proxies write the port behind the address, another one with each connection.
  ['203.0.113.9:51234', '203.0.113.9'],
  ['[2001:db8:1:2::9]:51234', '2001:db8:1:2'],
  ['[2001:db8:1:2::9]', '2001:db8:1:2'],
  // One network, however it is written.
  ['2001:DB8:0001:2::9', '2001:db8:1:2'],
  ['unknown', 'unknown'],
])('%s is counted as %s', (ip, counted) => {
  expect(clientAddress({ ip })).toBe(counted)
})
