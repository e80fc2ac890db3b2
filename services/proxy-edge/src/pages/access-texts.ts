// What people read whose session no longer meets the access policies.
import type { Language } from './texts.ts';

export type AccessTexts = {
  readonly title: string;
  readonly text: string;
  readonly next: string;
  readonly useBrowser: string;
};

export const accessTexts: Readonly<Record<Language, AccessTexts>> = {
  en: {
    title: 'Access restricted',
    text: 'Your organisation does not allow {appName} from this network or device.',
    next: 'Go back to the network or device you signed in with and load the page again. If you need access from here, give the reference below to your administrator.',
    useBrowser: 'You must use a web browser to access this app',
  },
  de: {
    title: 'Zugriff eingeschränkt',
    text: 'Ihre Organisation erlaubt {appName} von diesem Netz oder Gerät aus nicht.',
    next: 'Kehren Sie in das Netz oder an das Gerät zurück, mit dem Sie sich angemeldet haben, und laden Sie die Seite neu. Brauchen Sie den Zugriff von hier, nennen Sie Ihrer Administration die Referenz unten.',
    useBrowser: 'Sie müssen für diese App einen Webbrowser verwenden',
  },
  fr: {
    title: 'Accès restreint',
    text: 'Votre organisation n’autorise pas {appName} depuis ce réseau ou cet appareil.',
    next: 'Revenez au réseau ou à l’appareil de votre connexion et rechargez la page. Si vous avez besoin d’un accès d’ici, donnez la référence ci-dessous à votre administrateur.',
    useBrowser: 'Vous devez utiliser un navigateur web pour accéder à cette application',
  },
  es: {
    title: 'Acceso restringido',
    text: 'Su organización no permite {appName} desde esta red o este dispositivo.',
    next: 'Vuelva a la red o al dispositivo con que inició sesión y recargue la página. Si necesita acceso desde aquí, indique la referencia siguiente a su administrador.',
    useBrowser: 'Debe usar un navegador web para acceder a esta aplicación',
  },
};
