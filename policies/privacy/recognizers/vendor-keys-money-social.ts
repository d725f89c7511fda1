// Keys without a mark of their own, of banks, exchanges, messages and social networks, by the vendor's name and an assignment.
// Lengths and alphabets: the vendors' documentation.
import { defineVendorKeys } from '../define-keys.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const LINKEDIN = /^[a-z0-9]{14}(?:[a-z0-9]{2})?$/i;
const MESSAGEBIRD = /^(?:[a-z0-9]{25}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const NYTIMES = /^[a-z0-9=_-]{32}$/i;

export default defineVendorKeys(
  'vendor-keys-money-social',
  {
    bittrex: /^[a-z0-9]{32}$/i,
    coinbase: /^[a-z0-9_-]{64}$/i,
    discord: /^(?:[a-f0-9]{64}|\d{18}|[a-z0-9=_-]{32}|[\w-]{24}\.[\w-]{6}\.[\w-]{27,38})$/i,
    etsy: /^[a-z0-9]{24}$/i,
    facebook: /^(?:[a-f0-9]{32}|\d{15,16}[|%][\w-]{27,40})$/i,
    finicity: /^(?:[a-f0-9]{32}|[a-z0-9]{20})$/i,
    finnhub: /^[a-z0-9]{20}$/i,
    flickr: /^[a-z0-9]{32}$/i,
    gocardless: /^live_[a-z0-9=_-]{40}$/i,
    kraken: /^[\w/=+-]{80,90}$/i,
    kucoin: /^(?:[a-f0-9]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
    linkedin: LINKEDIN,
    linked_in: LINKEDIN,
    'linked-in': LINKEDIN,
    lob: /^(?:(?:live|test)_[a-f0-9]{35}|(?:live|test)_pub_[a-f0-9]{31})$/i,
    mailchimp: /^[a-f0-9]{32}-us\d\d?$/i,
    mailgun: /^(?:key-[a-f0-9]{32}|pubkey-[a-f0-9]{32}|[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8})$/i,
    mattermost: /^[a-z0-9]{26}$/i,
    messagebird: MESSAGEBIRD,
    message_bird: MESSAGEBIRD,
    'message-bird': MESSAGEBIRD,
    nytimes: NYTIMES,
    newyorktimes: NYTIMES,
    plaid: /^(?:[a-z0-9]{24}|[a-z0-9]{30}|access-(?:sandbox|development|production)-[0-9a-f-]{36})$/i,
    sendbird: /^(?:[a-f0-9]{40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
    telegr: /^\d{5,16}:A[\w-]{34}$/i,
    twitch: /^[a-z0-9]{30}$/i,
    twitter: /^(?:[a-z0-9]{25}|[a-z0-9]{45}|[a-z0-9]{50}|\d{15,25}-[a-z0-9]{20,40}|A{22}[a-z0-9%]{80,100})$/i,
    yandex: /^(?:t1\.[\w-]+={0,2}\.[\w-]{86}={0,2}|AQVN[\w-]{35,38}|YC[\w-]{38})$/i,
    trello: /^[a-f0-9]{32}$/i,
    opsgenie: UUID,
  },
  {
    match: [
      ['finnhub=kntwgh6q9nt60sqshjgk', 'kntwgh6q9nt60sqshjgk'],
      [
        '{"facebook access_token":"911602140448729|AY-lRJZq9BoDLobvAiP25L7RcMg"}',
        '911602140448729|AY-lRJZq9BoDLobvAiP25L7RcMg',
      ],
    ],
    noMatch: ['twitter: @someone', 'discord, or whatever else you use', 'Kraken: a sea monster of old'],
  },
);
