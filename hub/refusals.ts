// What the hub's error answers mean for a person. Source: huggingface_hub, utils/_http.py (hf_raise_for_status).
import { GatewayError } from '../contract/errors.ts';

/** Only the first characters of a server's own words are shown, in one line. */
const MAX_WORDS = 200;

async function wordsOf(response: Response): Promise<string> {
  const header = response.headers.get('x-error-message');
  const text = header ?? (await response.text().catch(() => ''));
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  let said = text;
  if (header === null && isJson) {
    try {
      said = String((JSON.parse(text) as { error?: unknown }).error ?? '');
    } catch {
      said = '';
    }
  } else if (header === null) said = '';
  const line = [...said].map((c) => (c < ' ' || c === '\x7f' ? ' ' : c)).join('');
  return line.slice(0, MAX_WORDS).trim();
}

const retryAfterOf = (response: Response): number | undefined => {
  const seconds = Number(response.headers.get('retry-after') ?? 'none');
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
};

export interface Asked {
  /** `hf:ORG/REPO` and so on, for messages. */
  name: string;
  repo: string;
  hubUrl: string;
  hasToken: boolean;
}

/** A response that is no success, as an error that says what to do. Reads the body. */
export async function refusalOf(response: Response, asked: Asked): Promise<GatewayError> {
  const { name, repo, hubUrl, hasToken } = asked;
  const { status } = response;
  const code = response.headers.get('x-error-code');
  const words = await wordsOf(response);
  const said = words === '' ? '' : ` (${words})`;
  const page = `${hubUrl}/${repo}`;
  if (code === 'GatedRepo')
    return new GatewayError(
      'PROVIDER_UNAUTHENTICATED',
      `${name}: the repository is gated${said}; accept its terms on ${page}, then set HF_TOKEN to a token of that account`,
    );
  if (code === 'RevisionNotFound')
    return new GatewayError('MODEL_NOT_FOUND', `${name}: the repository has no such revision${said}`);
  if (code === 'EntryNotFound')
    return new GatewayError('MODEL_NOT_FOUND', `${name}: the repository has no such file${said}`);
  // The hub answers 401 for a repository that does not exist, so as not to tell private ones.
  if (code === 'RepoNotFound' || status === 404)
    return new GatewayError(
      'MODEL_NOT_FOUND',
      `${name}: no repository ${repo} at ${hubUrl}; check the name, or, if it is private, ` +
        (hasToken ? 'that HF_TOKEN may read it' : 'set HF_TOKEN'),
    );
  if (status === 401 || status === 403)
    return new GatewayError(
      'PROVIDER_UNAUTHENTICATED',
      `${name}: the hub refuses access${said}; ${hasToken ? 'check that HF_TOKEN is valid and may read it' : 'set HF_TOKEN'}`,
    );
  const retryAfterS = retryAfterOf(response);
  if (status === 429)
    return new GatewayError(
      'PROVIDER_RATE_LIMITED',
      `${name}: the hub asks to slow down${said}; try again later, or set HF_TOKEN for a higher limit`,
      retryAfterS === undefined ? {} : { retryAfterS },
    );
  return new GatewayError(
    status >= 500 || status === 408 ? 'PROVIDER_ERROR' : 'PROVIDER_REJECTED',
    `${name}: ${hubUrl} answered with status ${status}${said}; try again later`,
    retryAfterS === undefined ? {} : { retryAfterS },
  );
}
