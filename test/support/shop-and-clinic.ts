// Two callers, and two servers that answer alike on easy requests and differently on hard ones.
import { lastUserText } from './fake-chat-bodies.ts';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';

const isHard = (text: string): boolean => text.includes('theorem');

const answerOf = (hard: string) => (request: Parameters<typeof lastUserText>[0]) => {
  const text = lastUserText(request);
  return { text: isHard(text) ? hard : `The answer is ${/\d+/.exec(text)?.[0]}.` };
};

export const startLowAndHigh = async (): Promise<[low: FakeUpstream, high: FakeUpstream]> => [
  await startFakeUpstream({ reply: answerOf('I think it is so.') }),
  await startFakeUpstream({ reply: answerOf('By induction, it holds.') }),
];

/** The callers `shop` and `clinic`, the servers as levels 1 and 3; only the shop consents to captures. */
export const shopAndClinic = (low: FakeUpstream, high: FakeUpstream) => ({
  auth: {
    keys: [
      { name: 'shop', key: 'key-of-the-shop' },
      { name: 'clinic', key: 'key-of-the-clinic' },
    ],
  },
  tiers: {
    1: {
      targets: [
        { id: 'small/fake', base_url: low.url, price: { input_usd_per_mtok: 0, output_usd_per_mtok: 0 } },
      ],
    },
    3: {
      targets: [
        {
          ...{ id: 'frontier/fake', base_url: high.url, api_key: 'k' },
          price: { input_usd_per_mtok: 10, output_usd_per_mtok: 30 },
        },
      ],
    },
  },
  ledger: { path: 'ledger.db', capture: { share: 1, callers: ['shop'] } },
});
