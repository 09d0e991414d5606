import { expect, test } from 'vitest';
import { OPTION_GROUPS } from './options-list.ts';

const named = OPTION_GROUPS.flatMap(({ number, options }) => Object.values(options).map((option) => `${number}/${option}`));

test('no option is asked that reading changes, that makes a descriptor, or that is a secret', () => {
  const never = {
    SO_ERROR: '1/4',
    SO_BSDCOMPAT: '1/14',
    SO_PEERPIDFD: '1/77',
    TCP_SAVED_SYN: '6/28',
    TCP_FASTOPEN_KEY: '6/33',
    TCP_ZEROCOPY_RECEIVE: '6/35',
    TCP_AO_GET_KEYS: '6/41',
    PACKET_STATISTICS: '263/6',
  };
  for (const [name, option] of Object.entries(never)) expect(named, name).not.toContain(option);
});

test('an MPTCP socket is asked nothing for which the kernel would make a subflow', () => {
  const [AF_INET, SOCK_STREAM, MPTCP] = [2, 1, 262];
  const asked = OPTION_GROUPS.filter(({ number, of }) => number === 6 && of({ domain: AF_INET, type: SOCK_STREAM, protocol: MPTCP }));
  const names = asked.flatMap(({ options }) => Object.keys(options));
  expect(names).toContain('TCP_NODELAY');
  const first = /^TCP_(ULP|CONGESTION|INFO|CC_INFO|MAXSEG|DEFER_ACCEPT|FASTOPEN.*|SAVE_SYN)$/;
  expect(names.filter((name) => first.test(name))).toEqual([]);
});

test('each option is asked once a socket', () => {
  for (const domain of [1, 2, 10, 16, 17, 40, 44]) {
    for (const type of [1, 2, 3]) {
      for (const protocol of [0, 1, 6, 17, 58, 132, 136, 262]) {
        const asked = OPTION_GROUPS.filter(({ of }) => of({ domain, type, protocol })).flatMap(({ number, options }) =>
          Object.values(options).map((option) => `${number}/${option}`),
        );
        expect(new Set(asked).size).toBe(asked.length);
      }
    }
  }
});
