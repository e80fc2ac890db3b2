// AWS access keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
import { type InformationType, sample } from '../information-type.ts';

export const awsKey: InformationType = {
  id: 'aws-key',
  name: 'AWS access key',
  shapes: [
    { pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g },
    // The secret half has no mark of its own.
    { pattern: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g, needsKeyword: true },
  ],
  normalise: (raw) => raw,
  // Random keys use many characters; documentation, placeholders and hex digests do not pass.
  validate(key) {
    if (key.includes('EXAMPLE')) return false;
    return key.length === 20
      ? new Set(key).size >= 8
      : new Set(key).size >= 18 && /[A-Z]/.test(key) && /[a-z]/.test(key);
  },
  keywords: {
    en: [
      'aws',
      'amazon web services',
      'aws_access_key_id',
      'aws_secret_access_key',
      'aws secret',
      'secret access key',
      'secretAccessKey',
      'AwsSecretKey',
      'AwsAccessKey',
      'AwsAccessID',
      's3',
      'iam',
      'boto',
    ],
  },
  samples: {
    match: [
      sample(85, 'aws_access_key_id = «AKIAUMX3BZNFD24IS7DI»'),
      sample(75, '«AKIAK62VSTQQZPT6ZHKK»'),
      sample(85, 'AWS key «AKIAEN7O4V43IMPFLVFU»'),
      sample(75, '"«AKIAPXQMB2Y2NYRVD7RX»"'),
      sample(75, 'id=«ASIAINFRPYZ43TBIC367»;'),
      sample(85, 'aws_access_key_id: «ASIAAEZ54PGOJJG5FCAI»'),
      sample(75, '<k>«AKIAOCTIQ3HGETMYQOAA»</k>'),
      sample(75, 'x:«AKIAT5RUP6PPB2TDBM72»,'),
      sample(85, 'AWS_ACCESS_KEY_ID=«AKIAFQO3XO7CV2XZMASE»'),
      sample(85, 'Amazon Web Services «AKIAN7MTMO5OQSG7LO72»'),
      sample(85, 'export AWS_SECRET_ACCESS_KEY=«HSyGbDS1GHXy5oOKVqYX7Enwvq4VNAKjKs1Pawtk»'),
      sample(85, 'aws_secret_access_key = «n3LG8Zv5Ypu8D0fzFwE7IHgYIruiqFhojmAIDdNk»'),
      sample(85, 'secretAccessKey: "«87xg3/Q/XBmTepo6uKZyUf0IE9pU2NJhKaM1/5Wk»"'),
      sample(85, 'secret access key «dR16ePlljivghZ4fXfeTkYpIygfdM7ENA8d5vFlk»'),
      sample(85, 'aws secret «dPGYYJvW5hANsbEvrSFagEaBp0vXnJaE/9I0MyTk»'),
      sample(75, '(«AKIAFKZR2ST2DTW22BXM»)'),
      sample(75, 'https://x.example/?id=«AKIAZZNA3K3HFZX5KIAD»&s=1'),
      sample(85, 'S3 bucket key «AKIAJZFXKJWSKKEGY7MT»'),
      sample(75, '\n«AKIAIC6UDYFKOZM6LNCZ»\n'),
      sample(85, 'iam user «AKIAKYWHJPMCCUHY5T2T»'),
      sample(75, '[«ASIAP3YX44LBA75P45L6»]'),
    ],
    noMatch: [
      { text: 'AKIAZGEIW3XF4CCIFUF', why: 'one character short' },
      { text: 'AKIAZGEIW3XF4CCIFUFDA', why: 'one character more' },
      { text: 'XAKIAZGEIW3XF4CCIFUFD', why: 'glued to a letter' },
      { text: 'akiazgeiw3xf4ccifufd', why: 'lower case' },
      { text: 'AKIA0000000000000000', why: 'a placeholder' },
      { text: 'AKIA1111111111111111', why: 'a placeholder' },
      { text: 'AKIAIOSFODNN7EXAMPLE', why: 'the example of the AWS documentation' },
      { text: 'AKIAAAAAAAAAAAAAAAAA', why: 'a placeholder' },
      { text: 'AKIAXXXXXXXXXXXXXXXX', why: 'a placeholder' },
      { text: 'AKIA-ZGEIW3XF4CCIFUFD', why: 'a dash inside' },
      { text: 'AROAZGEIW3XF4CCIFUFD', why: 'a role id, not a key' },
      { text: 'AIDAZGEIW3XF4CCIFUFD', why: 'a user id, not a key' },
      { text: 'wRDIOYQ+kVcIsgUpj6Sg9aheovEZXzUjpwVhOGuk', why: 'a 40-character token without a keyword' },
      { text: 'aws secret aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', why: 'a placeholder' },
      { text: 'aws secret wRDIOYQ+kVcIsgUpj6Sg9aheovEZXzUjpwVhOGu', why: 'one character short' },
      { text: 'aws secret wRDIOYQ+kVcIsgUpj6Sg9aheovEZXzUjpwVhOGukx', why: 'one character more' },
      { text: 'aws secret da39a3ee5e6b4b0d3255bfef95601890afd80709', why: 'a SHA-1 digest' },
      {
        text: 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        why: 'the example of the AWS documentation',
      },
      { text: 'aws_access_key_id = <your key>', why: 'a template' },
      { text: 'AWS region eu-central-1', why: 'prose' },
      { text: 'aws secret {{SECRET}}', why: 'a template' },
      { text: 'AKIAKIAKIAKIAKIAKIAK', why: 'a repeated word' },
    ],
  },
};
