// An operator says what stands in a value's place in an outgoing request. One file each in policies/privacy/operators/.
import type { Form } from './forms.ts';
import type { VaultEntry } from './vault.ts';

export interface OperatorContext {
  /** Of the caller: what `hash` and `encrypt` do for one caller says nothing about another's. 32 bytes. */
  key: Buffer;
  /** Does this text stand in the request already? Then it cannot stand for something else. */
  isTaken(text: string): boolean;
}

export interface StandIn {
  text: string;
  form: VaultEntry['form'];
  /** Words of it that an answer may use alone, and what each stands for. */
  parts?: readonly { text: string; value: string }[];
}

export interface Operator {
  /** The file's name, and its name in the config. */
  name: string;
  /** Its stand-ins must outlive the process: the config has to give a key. */
  needsKey?: boolean;
  /** Called once per outgoing request; the function once per form, in their order. Null: the value stays as it is. */
  create(context: OperatorContext): (form: Form) => StandIn | null;
}

export const defineOperator = (operator: Operator): Operator => operator;
