// A folder as Hugging Face keeps models: config.json, safetensors, tokenizer.
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { GgufMetadata } from '../gguf/head.ts';
import { type GgufValue, str } from '../gguf/values.ts';
import { registry } from './families/_registry.gen.ts';
import { type Family, ggufName } from './family.ts';
import { ModelConfig, readJson } from './model-config.ts';
import { openSafetensors } from './safetensors.ts';
import { notSupported, type SourceModel, type SourceTensor, unreadable } from './source.ts';
import { readTokenizer } from './tokenizer.ts';
import { padVocabulary, TokenType, vocabularyMetadata } from './vocabulary.ts';

const FAMILIES: readonly Family[] = Object.values(registry);

/** @throws {GatewayError} MODEL_FORMAT_UNSUPPORTED; the message lists the known classes */
function familyOf(config: ModelConfig): Family {
  const classes = config.strings('architectures');
  const found = FAMILIES.find((family) => family.classes.some((name) => classes.includes(name)));
  if (found) return found;
  const known = FAMILIES.flatMap((family) => family.classes).join(', ');
  throw notSupported(
    `${config.path}: architecture ${classes.join(', ') || 'missing'} is not known; known: ${known}`,
  );
}

/** Names of a text model inside one that also sees, as those of a text model; null: of another part. */
function textName(name: string): string | null {
  const inner = name.replace(/^model\.language_model\./, 'model.').replace(/^language_model\./, '');
  return /^(model\.(embed_tokens|layers|norm)\.|lm_head\.)/.test(inner) ? inner : null;
}

/** Every layer has what the first one has. */
function checkLayers(config: ModelConfig, tensors: readonly SourceTensor[]): void {
  const names = new Set(tensors.map(({ name }) => name));
  const ofFirst = [...names].filter((name) => name.startsWith('blk.0.'));
  if (ofFirst.length === 0) throw unreadable(config.path, 'no tensor of layer 0 is in the safetensors files');
  const expected = ['token_embd.weight', 'output_norm.weight'];
  for (let layer = 0; layer < config.number('num_hidden_layers'); layer++)
    expected.push(...ofFirst.map((name) => name.replace('blk.0.', `blk.${layer}.`)));
  const missing = expected.find((name) => !names.has(name));
  if (missing) throw unreadable(config.path, `tensor ${missing} is in none of the safetensors files`);
}

async function convertTensors(
  family: Family,
  config: ModelConfig,
  found: ReadonlyMap<string, SourceTensor>,
  isWhole: boolean,
): Promise<SourceTensor[]> {
  const tensors: SourceTensor[] = [];
  for (const [name, tensor] of found) {
    const inText = textName(name);
    if (inText === null && !isWhole) continue;
    if (name.endsWith('.rotary_emb.inv_freq')) continue;
    if (inText === 'lm_head.weight' && config.flag('tie_word_embeddings')) continue;
    const renamed = { ...tensor, name: ggufName(family, inText ?? name) };
    tensors.push((await family.change?.(renamed, config)) ?? renamed);
  }
  checkLayers(config, tensors);
  return [...(family.extra?.(config) ?? []), ...tensors];
}

/** The chat template: a file of its own, or in tokenizer_config.json (of several the default one). */
async function chatTemplate(folder: string): Promise<string | null> {
  const file = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => null);
  if (file !== null) return file;
  const own = (await readJson(folder, 'chat_template.json'))?.['chat_template'];
  if (typeof own === 'string') return own;
  const value = (await readJson(folder, 'tokenizer_config.json'))?.['chat_template'];
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const templates = value as { name?: unknown; template?: unknown }[];
  const chosen = templates.find(({ name }) => name === 'default') ?? templates[0];
  return typeof chosen?.template === 'string' ? chosen.template : null;
}

/**
 * `single`: one safetensors file instead of the folder's model.safetensors or its index.
 * @throws {GatewayError} MODEL_FILE_INVALID, MODEL_FORMAT_UNSUPPORTED
 */
export async function openHuggingFace(folder: string, single?: string): Promise<SourceModel> {
  const json = await readJson(folder, 'config.json');
  if (!json) throw unreadable(join(folder, 'config.json'), 'is missing');
  const whole = new ModelConfig(join(folder, 'config.json'), json);
  const family = familyOf(whole);
  const text = whole.nested('text_config');
  const config = text ?? whole;
  const own = family.metadata(config);
  const vocabulary = await readTokenizer(folder, config);
  const template = await chatTemplate(folder);
  const { tensors: found, close } = await openSafetensors(folder, single);
  try {
    const tensors = await convertTensors(family, config, found, text === undefined);
    const rows = tensors.find(({ name }) => name === 'token_embd.weight')?.shape[0] ?? 0;
    // Added tokens of other parts (images) may have no row.
    const { tokens, types, scores } = vocabulary;
    if (types.slice(rows).every((type) => type !== TokenType.normal && type !== TokenType.byte))
      for (const list of [tokens, types, scores]) list?.splice(rows);
    if (rows < tokens.length)
      throw unreadable(
        config.path,
        `the embeddings have ${rows} rows for ${tokens.length} tokens: model and tokenizer do not belong together`,
      );
    const keys: Record<string, GgufValue> = {};
    for (const [key, value] of Object.entries(own)) keys[`${family.architecture}.${key}`] = value;
    const metadata: GgufMetadata = {
      'general.architecture': str(family.architecture),
      'general.name': str(basename(resolve(folder))),
      ...keys,
      ...vocabularyMetadata(padVocabulary(vocabulary, rows)),
      ...(template === null ? {} : { 'tokenizer.chat_template': str(template) }),
    };
    return { format: 'safetensors', metadata, tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}
