// What people read whose device stops counting as managed in the middle of a session.
import type { Language } from './texts.ts';

export type DeviceTexts = { readonly title: string; readonly text: string; readonly next: string };

export const deviceTexts: Readonly<Record<Language, DeviceTexts>> = {
  en: {
    title: 'Access restricted',
    text: 'This app opens only on managed devices, and the certificate of this device no longer counts.',
    next: 'Ask your IT for a new certificate, then open the app again. Give them the reference below.',
  },
  de: {
    title: 'Zugriff eingeschränkt',
    text: 'Diese App öffnet sich nur auf verwalteten Geräten, und das Zertifikat dieses Geräts zählt nicht mehr.',
    next: 'Bitten Sie Ihre IT um ein neues Zertifikat und öffnen Sie die App erneut. Nennen Sie die Referenz unten.',
  },
  fr: {
    title: 'Accès restreint',
    text: 'Cette application ne s’ouvre que sur les appareils gérés, et le certificat de cet appareil ne compte plus.',
    next: 'Demandez un nouveau certificat à votre service informatique, puis rouvrez l’application. Donnez la référence ci-dessous.',
  },
  es: {
    title: 'Acceso restringido',
    text: 'Esta aplicación solo se abre en dispositivos administrados, y el certificado de este dispositivo ya no cuenta.',
    next: 'Pida un nuevo certificado a su departamento de informática y abra la aplicación de nuevo. Indique la referencia siguiente.',
  },
};
