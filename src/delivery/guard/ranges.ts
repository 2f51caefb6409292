import { cidr, contains, type Address, type Cidr } from './addresses.ts';
import { carriedBy } from './embedding.ts';

/*
 * The reviewed list of what Hearth does not call. It is kept by hand after these registries, read in 2026:
 *   https://www.iana.org/assignments/iana-ipv4-special-registry
 *   https://www.iana.org/assignments/iana-ipv6-special-registry
 *   https://www.iana.org/assignments/ipv6-address-space
 * and is stricter than their "globally reachable": also refused is what is reachable and never somebody's server. Tests
 * compare it with the registries' rows, with what ipaddr.js has of them, and with docs/reference/address-guard.md.
 */

/** A row of the list. */
export interface Range {
  cidr: Cidr;
  /** As the row is written here. */
  text: string;
  what: string;
  /** An RFC, or the page of the cloud that says so. */
  source: string;
}

/** No receiver that the public internet could reach is in these. */
export const refusedIPv4: readonly Range[] = [
  range('0.0.0.0/8', 'this network; 0.0.0.0 is the machine itself on Linux', 'RFC 791'),
  range('10.0.0.0/8', 'private', 'RFC 1918'),
  range('100.64.0.0/10', "shared by a carrier's customers", 'RFC 6598'),
  range('127.0.0.0/8', 'loopback', 'RFC 1122'),
  range('169.254.0.0/16', 'link-local', 'RFC 3927'),
  range('172.16.0.0/12', 'private', 'RFC 1918'),
  range('192.0.0.0/24', 'protocol assignments', 'RFC 6890'),
  range('192.0.2.0/24', 'documentation', 'RFC 5737'),
  range('192.31.196.0/24', 'AS112: answers for private addresses', 'RFC 7535'),
  range('192.52.193.0/24', 'relays of multicast (AMT)', 'RFC 7450'),
  range('192.88.99.0/24', 'relays of 6to4', 'RFC 7526'),
  range('192.168.0.0/16', 'private', 'RFC 1918'),
  range('192.175.48.0/24', 'AS112: answers for private addresses', 'RFC 7534'),
  range('198.18.0.0/15', 'benchmarks', 'RFC 2544'),
  range('198.51.100.0/24', 'documentation', 'RFC 5737'),
  range('203.0.113.0/24', 'documentation', 'RFC 5737'),
  range('224.0.0.0/4', 'multicast', 'RFC 5771'),
  range('240.0.0.0/4', 'reserved, and the broadcast address 255.255.255.255', 'RFC 1112, RFC 919'),
];

/** All that is given to public hosts. Everything else is refused: loopback, link-local, unique local, multicast, reserved. */
const publicIPv6: Cidr = cidr('2000::/3');

/** Refused within `publicIPv6`. */
export const refusedIPv6: readonly Range[] = [
  range('2001::/23', 'protocol assignments: Teredo, benchmarks, ORCHID, AMT, AS112, DRIP', 'RFC 2928'),
  range('2001:db8::/32', 'documentation', 'RFC 3849'),
  range('2002::/16', '6to4, given up by RFC 7526', 'RFC 3056'),
  range('2620:4f:8000::/48', 'AS112: answers for private addresses', 'RFC 7534'),
  range('3fff::/20', 'documentation', 'RFC 9637'),
];

/**
 * Where clouds hand credentials to whoever asks. A wide entry of the allow-list does not cover these: each has to be
 * named itself.
 */
export const metadata: readonly Range[] = [
  range('169.254.0.0/16', 'AWS, Azure, Google, Oracle and most others: .169.254', 'RFC 3927'),
  range('fe80::/10', 'OpenStack: fe80::a9fe:a9fe', 'https://docs.openstack.org/nova/latest/user/metadata.html'),
  range(
    '168.63.129.16/32',
    "Azure's agents, behind what looks like a public address",
    'https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16',
  ),
  range(
    '100.100.100.200/32',
    'Alibaba Cloud',
    'https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata',
  ),
  range('fd00:100::100:200/128', 'Alibaba Cloud', 'https://github.com/canonical/cloud-init/issues/6892'),
  range('100.96.0.96/32', 'Volcano Engine', 'https://github.com/volcengine/cello'),
  range('100.80.80.80/32', 'UCloud', 'https://docs.ucloud.cn/uhost/guide/metadata/metadata-server'),
  range('192.0.0.192/32', 'Oracle Cloud, formerly', 'https://gist.github.com/BuffaloWill/fa96693af67e3a3dd3fb'),
  range('fd00:c1::a9fe:a9fe/128', 'Oracle Cloud', 'https://github.com/oracle/oci-python-sdk'),
  range(
    'fd00:ec2::/32',
    'AWS: ::254, and ::23 for containers',
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html',
  ),
  range('fd20:ce::/32', 'Google: ::254', 'https://cloud.google.com/compute/docs/metadata/querying-metadata'),
  range(
    'fd00:42::42/128',
    'Scaleway',
    'https://cloudinit.readthedocs.io/en/latest/reference/datasources/scaleway.html',
  ),
  range(
    'fd00:a9fe:a9fe::1/128',
    'Akamai (Linode)',
    'https://cloudinit.readthedocs.io/en/latest/reference/datasources/akamai.html',
  ),
];

/** Not an address of the public internet. */
export function isSpecial(address: Address): boolean {
  if (address.kind() === 'ipv4') return isWithin(refusedIPv4, address);
  return !contains(publicIPv6, address) || isWithin(refusedIPv6, address);
}

/** Also when it carries such an address (`embedding.ts`). */
export function isMetadata(address: Address): boolean {
  return [address, ...carriedBy(address)].some((form) => isWithin(metadata, form));
}

function isWithin(ranges: readonly Range[], address: Address): boolean {
  return ranges.some((one) => contains(one.cidr, address));
}

function range(text: string, what: string, source: string): Range {
  return { cidr: cidr(text), text, what, source };
}
