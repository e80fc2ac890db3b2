// What users read about their device, in the four languages.
import type { CertificateReason } from '@gatehouse/contracts/reason';
import type { Language } from '../pages/wording.ts';
import type { DeviceProof } from './proof.ts';

export type DeviceWords = {
  readonly title: string;
  readonly explain: string;
  readonly check: string;
  readonly again: string;
  readonly prompt: string;
  readonly yesTitle: string;
  readonly yes: string;
  readonly noTitle: string;
  readonly issuedBy: string;
  readonly validUntil: string;
  readonly code: string;
  readonly none: string;
  readonly plainHttp: string;
  readonly reasons: Readonly<Record<CertificateReason, string>>;
};

const en: DeviceWords = {
  title: 'Is this a managed device?',
  explain:
    'Some apps open only on devices that your organisation manages. Such a device proves itself by a certificate.',
  check: 'Check this device',
  again: 'Check again',
  prompt:
    'Your browser may ask which certificate to show. If you cancelled that question before, the browser may remember it until it is closed.',
  yesTitle: 'This is a managed device',
  yes: 'Its certificate is valid.',
  noTitle: 'This device does not count as managed',
  issuedBy: 'Issued by',
  validUntil: 'Valid until',
  code: 'Reason',
  none: 'The browser showed no certificate of your organisation. If this device has one, close the browser, open it again and choose the certificate when asked.',
  plainHttp:
    'This address is opened without encryption, and without it no certificate can be checked. Use the https address.',
  reasons: {
    CERT_EXPIRED: 'The certificate of this device has expired. Ask your IT for a new one.',
    CERT_NOT_YET_VALID: 'The certificate of this device is not valid yet. Check the date of the device.',
    CERT_UNTRUSTED: 'The certificate of this device was not issued by your organisation. Choose another one.',
    CERT_REVOKED: 'The certificate of this device was revoked. Ask your IT.',
    CERT_NO_CRL: 'Whether the certificate of this device was revoked cannot be checked. Your IT has to set that up.',
    CERT_CRL_UNAVAILABLE:
      'Whether the certificate of this device was revoked cannot be checked at the moment. Try again later.',
  },
};

const de: DeviceWords = {
  title: 'Ist dies ein verwaltetes Gerät?',
  explain:
    'Manche Apps öffnen sich nur auf Geräten, die Ihre Organisation verwaltet. Ein solches Gerät weist sich mit einem Zertifikat aus.',
  check: 'Dieses Gerät prüfen',
  again: 'Noch einmal prüfen',
  prompt:
    'Ihr Browser fragt vielleicht, welches Zertifikat er zeigen soll. Haben Sie das früher abgebrochen, merkt er sich das womöglich, bis er geschlossen wird.',
  yesTitle: 'Dies ist ein verwaltetes Gerät',
  yes: 'Sein Zertifikat ist gültig.',
  noTitle: 'Dieses Gerät gilt nicht als verwaltet',
  issuedBy: 'Ausgestellt von',
  validUntil: 'Gültig bis',
  code: 'Grund',
  none: 'Der Browser hat kein Zertifikat Ihrer Organisation gezeigt. Hat dieses Gerät eines, schließen Sie den Browser, öffnen Sie ihn erneut und wählen Sie das Zertifikat, wenn er fragt.',
  plainHttp:
    'Diese Adresse ist ohne Verschlüsselung geöffnet, und ohne sie lässt sich kein Zertifikat prüfen. Nutzen Sie die https-Adresse.',
  reasons: {
    CERT_EXPIRED: 'Das Zertifikat dieses Geräts ist abgelaufen. Bitten Sie Ihre IT um ein neues.',
    CERT_NOT_YET_VALID: 'Das Zertifikat dieses Geräts gilt noch nicht. Prüfen Sie das Datum des Geräts.',
    CERT_UNTRUSTED: 'Das Zertifikat dieses Geräts stammt nicht von Ihrer Organisation. Wählen Sie ein anderes.',
    CERT_REVOKED: 'Das Zertifikat dieses Geräts wurde gesperrt. Fragen Sie Ihre IT.',
    CERT_NO_CRL:
      'Ob das Zertifikat dieses Geräts gesperrt wurde, lässt sich nicht prüfen. Ihre IT muss das einrichten.',
    CERT_CRL_UNAVAILABLE:
      'Ob das Zertifikat dieses Geräts gesperrt wurde, lässt sich gerade nicht prüfen. Versuchen Sie es später.',
  },
};

const fr: DeviceWords = {
  title: 'Cet appareil est-il géré ?',
  explain:
    'Certaines applications ne s’ouvrent que sur les appareils gérés par votre organisation. Un tel appareil le prouve par un certificat.',
  check: 'Vérifier cet appareil',
  again: 'Vérifier à nouveau',
  prompt:
    'Le navigateur peut demander quel certificat présenter. Si vous avez annulé cette question, il peut s’en souvenir jusqu’à sa fermeture.',
  yesTitle: 'Cet appareil est géré',
  yes: 'Son certificat est valable.',
  noTitle: 'Cet appareil n’est pas considéré comme géré',
  issuedBy: 'Délivré par',
  validUntil: 'Valable jusqu’au',
  code: 'Motif',
  none: 'Le navigateur n’a présenté aucun certificat de votre organisation. Si cet appareil en a un, fermez le navigateur, rouvrez-le et choisissez le certificat.',
  plainHttp:
    'Cette adresse est ouverte sans chiffrement, et aucun certificat ne peut alors être vérifié. Utilisez l’adresse https.',
  reasons: {
    CERT_EXPIRED: 'Le certificat de cet appareil a expiré. Demandez-en un nouveau à votre service informatique.',
    CERT_NOT_YET_VALID: 'Le certificat de cet appareil n’est pas encore valable. Vérifiez la date de l’appareil.',
    CERT_UNTRUSTED: 'Le certificat de cet appareil ne vient pas de votre organisation. Choisissez-en un autre.',
    CERT_REVOKED: 'Le certificat de cet appareil a été révoqué. Adressez-vous à votre service informatique.',
    CERT_NO_CRL:
      'La révocation du certificat de cet appareil ne peut pas être vérifiée. Votre service informatique doit la configurer.',
    CERT_CRL_UNAVAILABLE:
      'La révocation du certificat de cet appareil ne peut pas être vérifiée pour le moment. Réessayez plus tard.',
  },
};

const es: DeviceWords = {
  title: '¿Es este un dispositivo administrado?',
  explain:
    'Algunas aplicaciones solo se abren en dispositivos que su organización administra. Un dispositivo así lo demuestra con un certificado.',
  check: 'Comprobar este dispositivo',
  again: 'Comprobar de nuevo',
  prompt:
    'El navegador puede preguntar qué certificado mostrar. Si antes canceló esa pregunta, puede recordarlo hasta que se cierre.',
  yesTitle: 'Este es un dispositivo administrado',
  yes: 'Su certificado es válido.',
  noTitle: 'Este dispositivo no cuenta como administrado',
  issuedBy: 'Emitido por',
  validUntil: 'Válido hasta',
  code: 'Motivo',
  none: 'El navegador no mostró ningún certificado de su organización. Si este dispositivo tiene uno, cierre el navegador, ábralo de nuevo y elija el certificado.',
  plainHttp:
    'Esta dirección está abierta sin cifrado, y así no se puede comprobar ningún certificado. Use la dirección https.',
  reasons: {
    CERT_EXPIRED: 'El certificado de este dispositivo ha caducado. Pida uno nuevo a su departamento de informática.',
    CERT_NOT_YET_VALID: 'El certificado de este dispositivo aún no es válido. Compruebe la fecha del dispositivo.',
    CERT_UNTRUSTED: 'El certificado de este dispositivo no es de su organización. Elija otro.',
    CERT_REVOKED: 'El certificado de este dispositivo fue revocado. Consulte a su departamento de informática.',
    CERT_NO_CRL:
      'No se puede comprobar si el certificado de este dispositivo fue revocado. Su departamento de informática debe configurarlo.',
    CERT_CRL_UNAVAILABLE:
      'Ahora no se puede comprobar si el certificado de este dispositivo fue revocado. Inténtelo más tarde.',
  },
};

const all: Readonly<Record<Language, DeviceWords>> = { en, de, fr, es };

export function deviceWordsOf(language: Language): DeviceWords {
  return all[language];
}

/** Why there is no tag, and what to do about it. */
export function whyNot(language: Language, proof: Exclude<DeviceProof, { type: 'valid' }>): string {
  const words = all[language];
  switch (proof.type) {
    case 'none':
      return words.none;
    case 'plainHttp':
      return words.plainHttp;
    case 'refused':
      return words.reasons[proof.reason];
  }
}
