// Incoming webhooks of chat services: whoever has the address may post (Slack, Microsoft Teams, Discord).
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'webhook-urls',
  type: 'API_KEY',
  anchors: ['.com/services/', '.com/workflows/', '.com/triggers/', '/api/webhooks/', 'webhookb2/'],
  patterns: [
    {
      regex:
        /(?:https?:\/\/)?hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{43,56}(?![A-Za-z0-9+/])/g,
      score: 0.95,
    },
    { regex: /(?:https?:\/\/)?discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,80}/g, score: 0.95 },
    {
      regex:
        /https:\/\/[a-z0-9]{1,63}\.webhook\.office\.com\/webhookb2\/[\w@-]{60,90}\/IncomingWebhook\/[a-z0-9]{32}\/[\w-]{36}/g,
      score: 0.95,
    },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        `post to https://hooks.slack.com/${'services'}/T0fs90N2H/B1vkQMvfFP2/mQAj5rcykJnLTZk3glLgoX1y`,
        `https://hooks.slack.com/${'services'}/T0fs90N2H/B1vkQMvfFP2/mQAj5rcykJnLTZk3glLgoX1y`,
      ],
    ],
    noMatch: ['https://hooks.slack.com/services/XXXXXXXXX/XXXXXXXXXXX/XXXXXXXXXXXXXXXXXXXXXXXX'],
  },
});
