// Every built-in sensitive information type. A new one is a file and a line here.
import type { InformationType } from '../information-type.ts';
import { awsKey } from './aws-key.ts';
import { email } from './email.ts';
import { iban } from './iban.ts';
import { paymentCard } from './payment-card.ts';
import { privateKey } from './private-key.ts';
import { usSsn } from './us-ssn.ts';

export const types: readonly InformationType[] = [paymentCard, usSsn, iban, email, awsKey, privateKey];
