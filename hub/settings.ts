// Where the hub is and who asks: HF_ENDPOINT, HF_TOKEN and the token of `hf auth login`.
// Source: huggingface_hub, docs/source/en/package_reference/environment_variables.md.
import { join } from 'node:path';
import { GatewayError } from '../contract/errors.ts';
import { textIn } from '../engine/store/folders.ts';
import { huggingFaceHome } from '../engine/store/places/hugging-face.ts';
import type { Environment } from '../engine/store/stored-model.ts';

export interface HubSettings {
  /** No slash at the end. */
  hubUrl: string;
  token: string | null;
}

/** @throws {GatewayError} CONFIG_INVALID for an address or token that cannot be used; never shows the token */
export function hubSettings(env: Environment): HubSettings {
  if (/^(1|true|yes|on)$/i.test(env['HF_HUB_OFFLINE'] ?? ''))
    throw new GatewayError('CONFIG_INVALID', 'HF_HUB_OFFLINE is set: nothing is pulled; unset it first');
  const hubUrl = (env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, '');
  if (!URL.canParse(hubUrl) || !/^https?:$/.test(new URL(hubUrl).protocol))
    throw new GatewayError(
      'CONFIG_INVALID',
      `HF_ENDPOINT is "${hubUrl}", no http(s) address; write e.g. https://hf-mirror.com`,
    );
  const file = env['HF_TOKEN_PATH'] || join(huggingFaceHome(env), 'token');
  const token = (env['HF_TOKEN'] || env['HUGGING_FACE_HUB_TOKEN'] || textIn(file)).trim() || null;
  if (token !== null && !/^hf_[\x21-\x7e]+$/.test(token))
    throw new GatewayError(
      'CONFIG_INVALID',
      `the token of ${env['HF_TOKEN'] ? 'HF_TOKEN' : file} does not begin with hf_; make one on ${hubUrl}/settings/tokens`,
    );
  return { hubUrl, token };
}
