import { duration, wholeNumber } from '../values.ts';
import type { Table } from './setting.ts';

/** Integrations, and how long what people allow lasts. */
export const oauthSettings = {
  integrationsPerPerson: {
    env: 'HEARTH_INTEGRATIONS_PER_PERSON',
    flag: 'integrations-per-person',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '20',
    description: 'Most integrations that one person may register.',
  },
  accessTokenLifetime: {
    env: 'HEARTH_ACCESS_TOKEN_LIFETIME',
    flag: 'access-token-lifetime',
    takes: 'TIME',
    read: duration(60_000, 31_536_000_000),
    default: '14d',
    description: 'How long an access token of an integration is good for.',
  },
  refreshTokenLifetime: {
    env: 'HEARTH_REFRESH_TOKEN_LIFETIME',
    flag: 'refresh-token-lifetime',
    takes: 'TIME',
    read: duration(60_000, 315_360_000_000),
    default: '90d',
    description: 'How long a refresh token is good for. Each use of it begins that time anew.',
  },
  authorizationCodeLifetime: {
    env: 'HEARTH_AUTHORIZATION_CODE_LIFETIME',
    flag: 'authorization-code-lifetime',
    takes: 'TIME',
    read: duration(1_000, 600_000),
    default: '10m',
    description: 'How long an integration has to exchange the code that it gets when a person allows it something.',
  },
  deviceCodeLifetime: {
    env: 'HEARTH_DEVICE_CODE_LIFETIME',
    flag: 'device-code-lifetime',
    takes: 'TIME',
    read: duration(30_000, 3_600_000),
    default: '5m',
    description: 'How long a person has to type the code that a device shows.',
  },
  guestTokenLifetime: {
    env: 'HEARTH_GUEST_TOKEN_LIFETIME',
    flag: 'guest-token-lifetime',
    takes: 'TIME',
    read: duration(60_000, 31_536_000_000),
    default: '6h',
    description: 'How long an access token of a guest is good for.',
  },
} as const satisfies Table;
