// Types that open something: what is shown of them to whom is a policy of its own.
export const SECRET_TYPES: ReadonlySet<string> = new Set([
  'API_KEY',
  'PRIVATE_KEY',
  'JWT',
  'PASSWORD',
  'PIN',
  'URL_CREDENTIALS',
  'CREDIT_DEBIT_CVV',
]);
